// The drawing: rooms, doors and things of one level as SVG, in pixels; user text is only ever text.

import { area, inside, ringsOf, roomsOf, UNIT_M } from '/snap.js';

const NS = 'http://www.w3.org/2000/svg';
const FILL = {
  corridor: '#fff4c9', passage: '#fff4c9', lobby: '#fff4c9', classroom: '#d6e8f7', cafeteria: '#d9eed6', gym: '#d9eed6',
  auditorium: '#d9eed6', library: '#d9eed6', stair: '#e3d7f2', outdoors: '#e7f1d8',
};
const CIVIDIS = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];
const SIGNS = { post: 'P', aed: '+', 'first-aid-kit': 'k', camera: 'c', assembly: 'A' };

export function el(name, given = {}, text = null) {
  const made = document.createElementNS(NS, name);
  for (const [k, v] of Object.entries(given)) made.setAttribute(k, v);
  if (text !== null) made.textContent = text;
  return made;
}

export function timeColour(share) {
  const at = Math.max(0, Math.min(1, share)) * (CIVIDIS.length - 1), i = Math.min(Math.floor(at), CIVIDIS.length - 2);
  const mixed = CIVIDIS[i].map((c, k) => Math.round(c + (at - i) * (CIVIDIS[i + 1][k] - c)));
  const light = 0.3 * mixed[0] + 0.59 * mixed[1] + 0.11 * mixed[2];
  return { fill: `rgb(${mixed.join(',')})`, ink: light > 120 ? '#111' : '#fff' };
}

export const clock = s => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, '0')}`;

export class View {
  constructor(svg) {
    this.svg = svg;
    this.scale = 12;
    this.centre = [15, 10];
    this.layers = {};
    for (const name of ['grid', 'scan', 'rooms', 'names', 'doors', 'things', 'marks', 'handles', 'sketch', 'cross']) {
      this.layers[name] = svg.appendChild(el('g', { class: name }));
    }
    new ResizeObserver(() => this.onresize && this.onresize()).observe(svg);
  }

  get size() {
    const box = this.svg.getBoundingClientRect();
    return [Math.max(box.width, 50), Math.max(box.height, 50)];
  }

  px([x, y]) {
    const [w, h] = this.size;
    return [(x - this.centre[0]) * this.scale + w / 2, h / 2 - (y - this.centre[1]) * this.scale];
  }

  world([px, py]) {
    const [w, h] = this.size;
    return [(px - w / 2) / this.scale + this.centre[0], (h / 2 - py) / this.scale + this.centre[1]];
  }

  zoom(factor, about = null) {
    const [w, h] = this.size, point = about || [w / 2, h / 2], before = this.world(point);
    this.scale = Math.max(0.5, Math.min(400, this.scale * factor));
    const after = this.world(point);
    this.centre = [this.centre[0] + before[0] - after[0], this.centre[1] + before[1] - after[1]];
  }

  fit(points) {
    if (!points.length) return;
    const [w, h] = this.size, xs = points.map(p => p[0]), ys = points.map(p => p[1]);
    const wide = Math.max(...xs) - Math.min(...xs), high = Math.max(...ys) - Math.min(...ys);
    this.scale = Math.max(0.5, Math.min(60, (w - 120) / Math.max(wide, 4), (h - 90) / Math.max(high, 4)));
    this.centre = [(Math.max(...xs) + Math.min(...xs)) / 2, (Math.max(...ys) + Math.min(...ys)) / 2];
  }

  path(ring) {
    return `M${ring.map(p => this.px(p).map(v => v.toFixed(1)).join(' ')).join('L')}Z`;
  }

  draw(app) {
    for (const [name, layer] of Object.entries(this.layers)) if (!['sketch', 'cross', 'scan'].includes(name)) layer.replaceChildren();
    this.drawGrid(app);
    this.drawRooms(app);
    this.drawDoors(app);
    this.drawThings(app);
    this.drawMarks(app);
    this.drawHandles(app);
    if (app.scan) app.scan.draw(this);
  }

  drawGrid(app) {
    const step = app.step(), [w, h] = this.size, [x0, y1] = this.world([0, 0]), [x1, y0] = this.world([w, h]);
    const line = (a, b, strong) => {
      const [p, q] = [this.px(a), this.px(b)];
      this.layers.grid.append(el('line', { x1: p[0], y1: p[1], x2: q[0], y2: q[1], class: strong ? 'strong' : '' }));
    };
    for (let i = Math.ceil(x0 / step); i * step <= x1; i++) line([i * step, y0], [i * step, y1], i % 5 === 0);
    for (let i = Math.ceil(y0 / step); i * step <= y1; i++) line([x0, i * step], [x1, i * step], i % 5 === 0);
    this.drawScale(app, h);
  }

  drawScale(app, h) {
    const us = app.plan.units === 'ft' || app.plan.units === 'in', unit = us ? UNIT_M.ft : 1;
    const n = [1, 2, 5, 10, 20, 50, 100, 200].find(k => k * unit * this.scale > 60) || 500;
    const long = n * unit * this.scale;
    this.layers.marks.append(
      el('path', { class: 'scalebar', d: `M12 ${h - 22}v8h${long.toFixed(1)}v-8` }),
      el('text', { class: 'scaletext', x: 16, y: h - 20 }, `${n} ${us ? 'ft' : 'm'}`));
  }

  drawRooms(app) {
    const rooms = roomsOf(app.plan, app.level).sort((a, b) => area(b.polygon) - area(a.polygon));
    for (const space of rooms) {
      const chosen = app.isChosen('spaces', space.id), time = app.times && app.times.seconds[space.id];
      const colour = time !== undefined && time !== null && app.times ? timeColour(time / app.times.top) : null;
      const shape = el('path', {
        d: ringsOf(space).map(r => this.path(r)).join(''), 'fill-rule': 'evenodd',
        fill: colour ? colour.fill : FILL[space.use] || '#e8e8e8', class: `room${colour ? ' timed' : ''}${chosen ? ' chosen' : ''}${app.faulty('spaces', space.id)}`,
      });
      shape.append(el('title', {}, space.label || space.id));
      this.layers.rooms.append(shape);
      this.name(space, colour ? colour.ink : '#1a1a1a', colour ? clock(time) : space.people ? `${space.people}` : '');
    }
  }

  name(space, ink, below) {
    const xs = space.polygon.map(p => p[0]), ys = space.polygon.map(p => p[1]);
    let at = [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
    if (!inside(at, space.polygon) || (space.holes || []).some(h => inside(at, h))) at = this.widest(space);
    const [x, y] = this.px(at), label = space.label || space.id;
    const wide = (Math.max(...xs) - Math.min(...xs)) * this.scale, high = (Math.max(...ys) - Math.min(...ys)) * this.scale;
    const upright = high > 1.6 * wide && wide < label.length * 5;
    const room = upright ? high : wide, size = Math.min(13, (room - 6) / (label.length * 0.64));
    if (size < 6 || (upright ? wide : high) < size) return;
    const turn = upright ? { transform: `rotate(-90 ${x} ${y})` } : {};
    const two = below && (upright ? wide : high) > 2.6 * size;
    this.layers.names.append(el('text', { x, y: y + (two ? -2 : size * 0.35), fill: ink, 'font-size': size, ...turn }, label));
    if (two) this.layers.names.append(el('text', { x, y: y + size, fill: ink, 'font-size': size * 0.85, class: 'small', ...turn }, below));
  }

  // A point inside, in the middle of the longest row of a bent room.
  widest(space) {
    const ys = [...new Set(space.polygon.map(p => p[1]))].sort((a, b) => a - b);
    let best = space.polygon[0], longest = 0;
    for (let i = 0; i + 1 < ys.length; i++) {
      const y = (ys[i] + ys[i + 1]) / 2, cuts = [];
      for (const ring of ringsOf(space)) ring.forEach((a, k) => {
        const b = ring[(k + 1) % ring.length];
        if ((a[1] > y) !== (b[1] > y)) cuts.push(a[0] + ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]));
      });
      cuts.sort((a, b) => a - b);
      for (let k = 0; k + 1 < cuts.length; k += 2) if (cuts[k + 1] - cuts[k] > longest) [longest, best] = [cuts[k + 1] - cuts[k], [(cuts[k] + cuts[k + 1]) / 2, y]];
    }
    return best;
  }

  drawDoors(app) {
    for (const door of app.here('openings')) {
      const [a, b] = door.line.map(p => this.px(p)), chosen = app.isChosen('openings', door.id);
      const group = el('g', { class: `door ${door.kind}${chosen ? ' chosen' : ''}${app.faulty('openings', door.id)}` });
      group.append(el('title', {}, door.label || door.id), el('line', { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: 'gap' }));
      group.append(el('line', { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: 'leaf' }));
      if (door.lock && door.lock !== 'none') group.append(el('circle', { cx: (a[0] + b[0]) / 2, cy: (a[1] + b[1]) / 2, r: 2.6, class: 'lock' }));
      if (door.label && this.scale > 6 && door.kind === 'exit') {
        group.append(el('text', { x: (a[0] + b[0]) / 2 + 6, y: (a[1] + b[1]) / 2 - 6 }, door.label));
      }
      this.layers.doors.append(group);
    }
  }

  drawThings(app) {
    for (const [section, thing, at] of app.points()) {
      const kind = section === 'equipment' ? thing.kind : { posts: 'post', cameras: 'camera', assembly: 'assembly' }[section];
      const [x, y] = this.px(at), chosen = app.isChosen(section, thing.id);
      const group = el('g', { class: `thing ${kind}${chosen ? ' chosen' : ''}${app.faulty(section, thing.id)}` });
      group.append(el('title', {}, thing.label || thing.id), el('circle', { cx: x, cy: y, r: 8 }), el('text', { x, y: y + 4 }, SIGNS[kind] || kind[0].toUpperCase()));
      this.layers.things.append(group);
    }
    for (const stair of app.plan.stairs) {
      const room = app.plan.spaces.find(s => s.level === app.level && (s.id === stair.lower || s.id === stair.upper));
      if (room) this.steps(room);
    }
  }

  steps(room) {
    const xs = room.polygon.map(p => p[0]), ys = room.polygon.map(p => p[1]);
    const [l, b] = this.px([Math.min(...xs), Math.min(...ys)]), [r, t] = this.px([Math.max(...xs), Math.max(...ys)]);
    const along = r - l > b - t, from = along ? l : t, to = along ? r : b;
    for (let i = 1; i < 8; i++) {
      const v = (from + ((to - from) * i) / 8).toFixed(1);
      this.layers.rooms.append(el('path', { class: 'step', d: along ? `M${v} ${t.toFixed(1)}V${b.toFixed(1)}` : `M${l.toFixed(1)} ${v}H${r.toFixed(1)}` }));
    }
  }

  drawMarks(app) {
    const seen = new Map();
    for (const told of app.messages) {
      if (!told.at || (told.level && told.level !== app.level)) continue;
      const key = told.at.join();
      if (seen.has(key)) continue;
      seen.set(key, true);
      const [x, y] = this.px(told.at);
      const mark = el('g', { class: `mark ${told.severity}` });
      mark.append(el('title', {}, told.message), el('path', { d: `M${x} ${y - 26}l9 16h-18z` }), el('text', { x, y: y - 13 }, '!'));
      this.layers.marks.append(mark);
    }
  }

  drawHandles(app) {
    const space = app.chosenRoom();
    if (!space) return;
    for (const corner of ringsOf(space).flat()) {
      const [x, y] = this.px(corner);
      this.layers.handles.append(el('rect', { x: x - 4, y: y - 4, width: 8, height: 8 }));
    }
  }

  // What is being drawn: a closed or open line, and the point that is meant now.
  sketch(points, closed, point = null, words = '') {
    const made = [];
    if (points.length > 1) made.push(el('path', { class: 'line', d: closed ? this.path(points) : this.path(points).slice(0, -1) }));
    if (point) {
      const [x, y] = this.px(point.at);
      made.push(el('circle', { cx: x, cy: y, r: 5, class: `to-${point.to}` }));
      if (words) made.push(el('text', { x: x + 10, y: y - 10 }, words));
    }
    this.layers.sketch.replaceChildren(...made);
  }

  cross(at) {
    const [x, y] = this.px(at);
    this.layers.cross.replaceChildren(el('path', { class: 'under', d: `M${x - 14} ${y}h28M${x} ${y - 14}v28` }), el('path', { d: `M${x - 14} ${y}h28M${x} ${y - 14}v28` }));
  }
}
