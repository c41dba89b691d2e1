// Tools: what pressing, moving and letting go of the pointer, or Enter at the cross, does with each.

import { area, distance, footOf, inside, nearest, ringsOf, roomsOf, edgesOf, UNIT_M } from '/snap.js';

const USES = ['classroom', 'corridor', 'lobby', 'passage', 'office', 'cafeteria', 'kitchen', 'gym', 'auditorium', 'library', 'restroom',
  'nurse', 'storage', 'mechanical', 'outdoors', 'other'];
const LOCKS = ['none', 'key', 'push-button', 'auto', 'access-control'];
const KINDS = ['', 'door', 'opening', 'exit', 'stair_door'];
const SIGNS = ['trauma-kit', 'key-box', 'gas-shut-off', 'water-shut-off', 'power-shut-off', 'hazard'];
const use = { name: 'use', label: 'Use', choices: USES, value: 'classroom' };
const people = { name: 'people', label: 'People', value: '', kind: 'number' };
const label = { name: 'label', label: 'Label (optional)', value: '' };

export const TOOLS = [
  { id: 'select', key: 'v', name: 'Choose, move', hint: 'Click a thing to choose it. Drag a corner, a wall, a door or a post to move it; drag the ground to move the sheet.', options: [] },
  { id: 'room', key: 'r', name: 'Room', hint: 'Drag from corner to corner, or click both. Corners go to those that are near.', options: [use, label, people] },
  { id: 'shift', key: 'h', name: 'Move a room', hint: 'Drag a room to another place. Its neighbours give up the floor that it takes and take over what it leaves: walls stay shared, doors stay in them.', options: [] },
  { id: 'polygon', key: 'p', name: 'Room by corners', hint: 'Click its corners in order; click the first again to close it. Backspace takes the last back.', options: [use, label, people] },
  { id: 'row', key: 'w', name: 'Row of rooms', hint: 'Drag over the whole row, from the end where the numbers begin.', options: [
    { name: 'count', label: 'Rooms', value: '4', kind: 'number' }, { name: 'first', label: 'First number', value: '101' },
    { name: 'step', label: 'Numbers go up by', value: '1', kind: 'number' }, use, { ...people, label: 'People in each' },
    { name: 'doors', label: 'A door to the hall in each', kind: 'yes', value: true }, { name: 'lock', label: 'Lock', choices: LOCKS, value: 'key' }] },
  { id: 'door', key: 'd', name: 'Door or exit', hint: 'Click a wall between two rooms for a door, an outer wall for an exit.', options: [
    { name: 'kind', label: 'Kind', choices: KINDS, value: '', words: { '': 'by its rooms' } }, { name: 'width', label: 'Width (optional)', value: '' },
    { name: 'lock', label: 'Lock', choices: LOCKS, value: 'none' }, label] },
  { id: 'stair', key: 's', name: 'Stair', hint: 'Drag over the stair room: it is made here and on the level above. Or click into a stair room to join it with the one above.', options: [label] },
  { id: 'post', key: 'o', name: 'Post', hint: 'Click where somebody stands.', options: [label] },
  { id: 'aed', key: 'e', name: 'AED', hint: 'Click where it hangs.', options: [] },
  { id: 'first-aid-kit', key: 'k', name: 'First-aid kit', hint: 'Click where it hangs.', options: [] },
  { id: 'sign', key: 'm', name: 'Map sign', hint: 'Click where it is: what responders look for on a map.', options: [
    { name: 'kind', label: 'What it is', choices: SIGNS, value: 'key-box' }, label] },
  { id: 'camera', key: 'c', name: 'Camera', hint: 'Click into the room that it watches.', options: [] },
  { id: 'assembly', key: 'a', name: 'Assembly point', hint: 'Click where people gather outside.', options: [label] },
  { id: 'outline', key: 't', name: 'Room from scan', hint: 'Click inside an outline of the PDF.', options: [use, label, people], scan: 'loops' },
  { id: 'scale', key: 'l', name: 'Scale of scan', hint: 'Click both ends of a length that you know, and write how long it is.', options: [
    { name: 'known', label: 'Known distance', value: '' }], scan: 'picture' },
];

const RECTANGLES = ['room', 'row', 'stair'];
const FIXED = ['post', 'aed', 'first-aid-kit', 'sign', 'camera', 'assembly'];

export class Tools {
  constructor(app) {
    this.app = app;
    this.now = TOOLS[0];
    this.reset();
  }

  reset() {
    this.start = this.held = this.pressed = null;
    this.corners = [];
    this.app.view.sketch([], false);
  }

  choose(id) {
    this.now = TOOLS.find(t => t.id === id) || TOOLS[0];
    this.reset();
  }

  get drawing() {
    return Boolean(this.start || this.held || this.corners.length);
  }

  // The point that is meant: snapped, unless Alt is held.
  meant(raw, free) {
    const { app } = this, reach = 9 / app.view.scale;
    if (free) return { at: raw, to: 'free' };
    if (this.now.id === 'door') return app.snapper.wall(raw, 1.6 * reach) || { at: raw, to: 'nothing' };
    if (FIXED.includes(this.now.id) || this.now.id === 'outline') return { at: raw, to: 'free' };
    if (this.now.id === 'scale') {
      const [end, off] = nearest(app.snapper.scanEnds, c => distance(c, raw));
      return { at: off <= reach ? end : raw, to: 'scan' };
    }
    if (this.now.id === 'select' && !this.held) return { at: raw, to: 'free' };
    if (this.now.id === 'shift') return this.stepped(raw);
    const from = this.start || this.corners[this.corners.length - 1] || null;
    return app.snapper.point(raw, reach, app.step(), from && from.at ? from.at : from);
  }

  press(raw, free = false) {
    const point = this.meant(raw, free), { id } = this.now;
    this.pressed = raw;
    if (RECTANGLES.includes(id)) {
      if (this.start) this.finish(point);
      else this.start = point;
    } else if (id === 'polygon') this.corner(point);
    else if (id === 'door') this.door(point, raw);
    else if (id === 'outline') this.outline(raw);
    else if (id === 'scale') this.measure(point);
    else if (id === 'shift') this.shift(point, raw);
    else if (FIXED.includes(id)) this.fixture(point.at);
    else if (this.held) this.drop(point);
    else this.take(raw);
    this.move(raw, free);
  }

  move(raw, free = false) {
    const point = this.meant(raw, free), { view } = this.app, { id } = this.now;
    this.last = point;
    if (RECTANGLES.includes(id) && this.start) {
      const [a, b] = [this.start.at, point.at];
      view.sketch([a, [b[0], a[1]], b, [a[0], b[1]]], true, point, `${this.app.size(b[0] - a[0])} × ${this.app.size(b[1] - a[1])}`);
    } else if (id === 'polygon' && this.corners.length) {
      const last = this.corners[this.corners.length - 1];
      view.sketch([...this.corners, point.at], false, point, this.app.size(distance(last, point.at)));
    } else if (id === 'shift' && this.start) {
      const [dx, dy] = [point.at[0] - this.start.at[0], point.at[1] - this.start.at[1]];
      view.sketch(this.start.room.polygon.map(p => [p[0] + dx, p[1] + dy]), true, point, `${this.app.size(dx)}, ${this.app.size(dy)}`);
    } else if (id === 'scale' && this.start) view.sketch([this.start.at, point.at], false, point);
    else if (id === 'outline') {
      const loop = this.loopAt(raw);
      view.sketch(loop || [], true);
    } else if (this.held) this.show(point);
    else view.sketch([], false, ['select', ...FIXED].includes(id) ? null : point);
  }

  release(raw, free = false) {
    const far = this.pressed && distance(raw, this.pressed) * this.app.view.scale > 5;
    if (RECTANGLES.includes(this.now.id) && this.start && far) this.finish(this.meant(raw, free));
    else if (this.now.id === 'shift' && this.start && far) this.shift(this.meant(raw, free), raw);
    else if (this.now.id === 'stair' && this.start && this.stairRoom(raw)) this.join(raw);
    else if (this.held && !this.held.kept) far ? this.drop(this.meant(raw, free)) : this.letGo();
    this.pressed = null;
  }

  letGo() {
    this.held = null;
    this.app.view.sketch([], false);
  }

  async change(name, given) {
    this.reset();
    return this.app.change(name, { level: this.app.level, ...given });
  }

  room() {
    const o = this.app.options();
    return { use: o.use, label: o.label, people: Number(o.people) || 0 };
  }

  async finish(point) {
    const corners = [this.start.at, point.at], { id } = this.now;
    if (id === 'room') await this.change('room', { corners, ...this.room() });
    if (id === 'stair') await this.change('stair', { corners, label: this.app.options().label });
    if (id === 'row') {
      const o = this.app.options();
      await this.change('row', { corners, count: Number(o.count) || 0, first: o.first, step: Number(o.step) || 1, use: o.use,
        people: Number(o.people) || 0, doors: o.doors, lock: o.lock });
    }
  }

  stairRoom(raw) {
    return roomsOf(this.app.plan, this.app.level).find(s => s.use === 'stair' && inside(raw, s.polygon));
  }

  join(raw) {
    this.change('stair', { at: raw, label: this.app.options().label });
  }

  // A move by whole steps of the grid, so that a room goes along one direction where the hand nearly does.
  stepped(raw) {
    if (!this.start) return { at: raw, to: 'free' };
    const step = this.app.step();
    return { at: raw.map((v, i) => this.start.at[i] + Math.round((v - this.start.at[i]) / step) * step), to: 'grid' };
  }

  shift(point, raw) {
    if (this.start) return this.change('move-room', { id: this.start.room.id, from: this.start.at, to: point.at });
    const room = nearest(roomsOf(this.app.plan, this.app.level).filter(s => inside(raw, s.polygon)), s => area(s.polygon))[0];
    if (!room) return this.app.say('No room is here. Drag from inside a room.');
    this.app.select({ section: 'spaces', id: room.id });
    return (this.start = { at: raw, room });
  }

  corner(point) {
    const { corners } = this;
    if (corners.length > 2 && distance(corners[0], point.at) * this.app.view.scale < 10) {
      this.change('room', { corners, ...this.room() });
    } else if (!corners.length || distance(corners[corners.length - 1], point.at) > 0.001) corners.push(point.at);
  }

  back() {
    this.corners.pop();
    this.app.view.sketch(this.corners, false);
  }

  door(point, raw) {
    const o = this.app.options();
    if (point.to === 'nothing') return this.app.say('No wall is near. Click on a wall.');
    const width = o.width.trim() ? this.app.metres(o.width) : null;
    if (o.width.trim() && !width) return this.app.say(`'${o.width}' is no width. Write it like 36 in or 0.9 m.`);
    return this.change('door', { at: point.at || raw, lock: o.lock, kind: o.kind, label: o.label, reach_m: 0.5, ...(width ? { width_m: width } : {}) });
  }

  fixture(at) {
    const o = this.app.options();
    this.change('fixture', { at, kind: o.kind || this.now.id, label: o.label || '' });
  }

  loopAt(raw) {
    const found = (this.app.scan ? this.app.scan.loops() : []).filter(l => inside(raw, l));
    return nearest(found, area)[0];
  }

  outline(raw) {
    const loop = this.loopAt(raw);
    if (!loop) return this.app.say('No closed outline of the scan is here. Draw this room with another tool.');
    const near = p => nearest(this.app.snapper.corners, c => distance(c, p));
    const corners = loop.map(p => (near(p)[1] < 0.08 ? near(p)[0] : p));
    return this.change('room', { corners, ...this.room() });
  }

  // Every outline of the page as a room, in one change.
  allOutlines() {
    const outlines = this.app.scan.loops().map(l => l.map(p => p.map(v => Number(v.toFixed(4))))), { use, people } = this.room();
    return this.change('outlines', { outlines, use, people });
  }

  measure(point) {
    if (!this.start || this.end) [this.start, this.end] = [point, null];
    else {
      this.end = point;
      this.app.measured(this.start.at, point.at);
    }
  }

  // ---- choosing and moving

  take(raw) {
    const { app } = this, reach = 8 / app.view.scale, chosen = app.chosenRoom();
    if (chosen) {
      const [corner, off] = nearest(ringsOf(chosen).flat(), c => distance(c, raw));
      if (off <= reach) return (this.held = { kind: 'corner', from: corner });
    }
    const [point, off] = nearest(app.points(), ([, , at]) => distance(at, raw));
    if (point && off <= 1.3 * reach) return this.choosing(point[0], point[1].id, { kind: 'point', section: point[0], id: point[1].id });
    const [door, away] = nearest(app.here('openings'), d => distance(raw, footOf(raw, d.line)));
    if (door && away <= reach) return this.choosing('openings', door.id, { kind: 'door', section: 'openings', id: door.id });
    if (chosen) {
      const [edge, far] = nearest(edgesOf(chosen), e => distance(raw, footOf(raw, e)));
      if (far <= reach) return (this.held = { kind: 'wall', from: footOf(raw, edge), edge });
    }
    const room = nearest(roomsOf(app.plan, app.level).filter(s => inside(raw, s.polygon)), s => area(s.polygon))[0];
    if (room) return this.choosing('spaces', room.id, { kind: 'sheet' });
    app.select(null);
    return (this.held = { kind: 'sheet' });
  }

  choosing(section, id, held) {
    this.app.select({ section, id });
    this.held = held.kind === 'point' && held.section === 'cameras' ? { kind: 'sheet' } : held;
  }

  // Take what lies under the cross until Enter is pressed again.
  grab(raw) {
    if (this.now.id !== 'select') return;
    this.take(raw);
    if (this.held && this.held.kind !== 'sheet') {
      this.held.kept = true;
      this.app.say('Taken. Move the cross and press Enter to put it down, Escape to leave it.');
    } else this.held = null;
  }

  get isPanning() {
    return this.held && this.held.kind === 'sheet';
  }

  show(point) {
    const { held } = this, { view } = this.app;
    if (held.kind === 'sheet') return;
    if (held.kind === 'wall') {
      const [a, b] = held.edge, length = distance(a, b), n = [-(b[1] - a[1]) / length, (b[0] - a[0]) / length];
      const by = (point.at[0] - held.from[0]) * n[0] + (point.at[1] - held.from[1]) * n[1];
      view.sketch([a, b].map(p => [p[0] + by * n[0], p[1] + by * n[1]]), false, point, this.app.size(by));
    } else view.sketch(held.from ? [held.from, point.at] : [], false, point);
  }

  drop(point) {
    const { held } = this;
    this.letGo();
    if (held.kind === 'corner') this.app.change('corner', { level: this.app.level, from: held.from, to: point.at });
    if (held.kind === 'wall') this.app.change('wall', { level: this.app.level, from: held.from, to: point.at });
    if (['door', 'point'].includes(held.kind)) {
      const to = held.kind === 'door' ? (this.app.snapper.wall(point.at, 20 / this.app.view.scale) || point).at : point.at;
      this.app.change('move', { section: held.section, id: held.id, to });
    }
  }
}

// A length as people write it, in metres; null for anything else.
export function lengthM(text, unit) {
  const t = text.trim().toLowerCase().replace(/(\d),(\d{3})/g, '$1$2');
  const feet = /^(\d+(?:\.\d+)?)\s*(?:'|ft|feet)\s*-?\s*(?:(\d+(?:\.\d+)?)\s*(?:"|in|inch|inches)?)?$/.exec(t);
  if (feet) return Number(feet[1]) * UNIT_M.ft + Number(feet[2] || 0) * UNIT_M.in;
  const one = /^(\d+(?:\.\d+)?)\s*(m|cm|mm|in|inches|"|)$/.exec(t);
  if (!one) return null;
  const word = { inches: 'in', '"': 'in', '': unit || 'm' }[one[2]] || one[2];
  return Number(one[1]) * UNIT_M[word];
}
