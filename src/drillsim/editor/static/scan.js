// The scan behind the plan: its picture, its scale, its lines and closed outlines.

import { picture, send } from '/api.js';
import { distance } from '/snap.js';
import { el } from '/view.js';

export class Scan {
  constructor(facts) {
    this.take(facts);
    this.opacity = 0.5;
    this.image = el('image', { preserveAspectRatio: 'none' });
    this.ready = picture().then(url => this.image.setAttribute('href', url));
  }

  take(facts) {
    this.facts = facts;
    this.cached = null;
  }

  world([px, py]) {
    const { metres_per_pixel: m, left_m: left, top_m: top } = this.facts;
    return [left + px * m, top - py * m];
  }

  lines() {
    if (!this.cached) {
      const { lines, loops } = this.facts;
      this.cached = {
        lines: lines.map(([x0, y0, x1, y1]) => [this.world([x0, y0]), this.world([x1, y1])]),
        loops: loops.map(loop => loop.map(p => this.world(p))),
      };
    }
    return this.cached.lines;
  }

  loops() {
    this.lines();
    return this.cached.loops;
  }

  corners() {
    return [this.world([0, 0]), this.world([this.facts.width, this.facts.height])];
  }

  draw(view) {
    const [a, b] = this.corners().map(p => view.px(p));
    for (const [k, v] of Object.entries({ x: a[0], y: a[1], width: b[0] - a[0], height: b[1] - a[1], opacity: this.opacity })) this.image.setAttribute(k, v);
    if (!this.image.parentNode) view.layers.scan.append(this.image);
  }

  // Let the distance between two points of the plan be `metres`; the first point stays where it is.
  async setScale(a, b, metres) {
    const { metres_per_pixel: m, left_m: left, top_m: top } = this.facts;
    const ratio = metres / distance(a, b);
    const at = { metres_per_pixel: m * ratio, left_m: a[0] - (a[0] - left) * ratio, top_m: a[1] + (top - a[1]) * ratio };
    this.take(await send('/api/scan/place', at));
  }
}
