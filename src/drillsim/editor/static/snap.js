// Where a point goes: to a corner, a wall, a line of the scan, in line with a corner, or to the grid.

export const UNIT_M = { ft: 0.3048, in: 0.0254, m: 1, cm: 0.01, mm: 0.001 };

export function roomsOf(plan, level) {
  return plan.spaces.filter(s => s.level === level);
}

export function ringsOf(space) {
  return [space.polygon, ...(space.holes || [])];
}

export function edgesOf(space) {
  return ringsOf(space).flatMap(ring => ring.map((a, i) => [a, ring[(i + 1) % ring.length]]));
}

export function footOf(p, [a, b]) {
  const dx = b[0] - a[0], dy = b[1] - a[1], square = dx * dx + dy * dy;
  const t = square ? Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square)) : 0;
  return [a[0] + t * dx, a[1] + t * dy];
}

export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

export function nearest(list, of) {
  let best = null, least = Infinity;
  for (const one of list) {
    const d = of(one);
    if (d < least) [best, least] = [one, d];
  }
  return [best, least];
}

export function inside(p, ring) {
  let is = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i], [xj, yj] = ring[j];
    if ((yi > p[1]) !== (yj > p[1]) && p[0] < ((xj - xi) * (p[1] - yi)) / (yj - yi) + xi) is = !is;
  }
  return is;
}

export function area(ring) {
  return Math.abs(ring.reduce((sum, a, i) => {
    const b = ring[(i + 1) % ring.length];
    return sum + a[0] * b[1] - a[1] * b[0];
  }, 0)) / 2;
}

// Pieces of the walls of a level, divided where the corner of another room lies on them.
export function piecesOf(plan, level) {
  const rooms = roomsOf(plan, level);
  const corners = rooms.flatMap(s => ringsOf(s).flat());
  return rooms.flatMap(edgesOf).flatMap(([a, b]) => {
    const length = distance(a, b);
    const on = corners
      .filter(c => distance(c, footOf(c, [a, b])) < 0.002 && distance(c, a) > 0.002 && distance(c, b) > 0.002)
      .map(c => [distance(c, a) / length, c])
      .sort((p, q) => p[0] - q[0]);
    const stops = [a, ...on.map(o => o[1]), b];
    return stops.slice(1).map((end, i) => [stops[i], end]).filter(([p, q]) => distance(p, q) > 0.002);
  });
}

// Grid in metres: the step of the file's unit that is 12 pixels or more.
export function gridStep(units, pixelsPerMetre) {
  const us = units === 'ft' || units === 'in';
  const steps = us ? [0.5, 1, 2, 5, 10, 20, 50].map(f => f * UNIT_M.ft) : [0.1, 0.5, 1, 2, 5, 10, 20];
  return steps.find(s => s * pixelsPerMetre >= 12) || steps[steps.length - 1];
}

export class Snapper {
  // corners and lines of the level and of the scan
  constructor(plan, level, scanLines) {
    this.corners = roomsOf(plan, level).flatMap(s => ringsOf(s).flat());
    this.pieces = piecesOf(plan, level);
    this.scanLines = scanLines;
    this.scanEnds = scanLines.flat();
  }

  // Return the point meant by p; `reach` in metres; `from` is the corner before, for right angles.
  point(p, reach, step, from = null) {
    const [corner, off] = nearest(this.corners, c => distance(c, p));
    if (off <= reach) return { at: corner, to: 'corner' };
    const [end, away] = nearest(this.scanEnds, c => distance(c, p));
    if (away <= reach) return { at: end, to: 'scan' };
    const own = from ? [...this.corners, from] : this.corners;
    const at = [0, 1].map(k => this.line(p, k, reach, own));
    const slanted = this.slanted(p, reach);
    if (slanted && at[0] === null && at[1] === null) return { at: slanted, to: 'wall' };
    const round = (v, k) => (v === null ? Math.round(p[k] / step) * step : v);
    return { at: at.map(round), to: at[0] !== null || at[1] !== null ? 'line' : 'grid' };
  }

  // The coordinate k of a corner, or of an upright or level line of the scan, near that of p.
  line(p, k, reach, corners) {
    const [corner, off] = nearest(corners, c => Math.abs(c[k] - p[k]));
    if (off <= reach) return corner[k];
    const straight = this.scanLines.filter(([a, b]) => Math.abs(a[k] - b[k]) < 0.02 && distance(p, footOf(p, [a, b])) <= reach);
    const [line, away] = nearest(straight, l => Math.abs(l[0][k] - p[k]));
    return line && away <= reach ? line[0][k] : null;
  }

  slanted(p, reach) {
    const [wall, off] = nearest([...this.pieces, ...this.scanLines], w => distance(p, footOf(p, w)));
    return wall && off <= reach ? footOf(p, wall) : null;
  }

  // The place of a door: on a wall, at its middle if that is near.
  wall(p, reach) {
    const [piece, off] = nearest(this.pieces, w => distance(p, footOf(p, w)));
    if (!piece || off > reach) return null;
    const middle = [(piece[0][0] + piece[1][0]) / 2, (piece[0][1] + piece[1][1]) / 2];
    return { at: distance(p, middle) <= reach * 1.5 ? middle : footOf(p, piece), to: 'wall', piece };
  }
}
