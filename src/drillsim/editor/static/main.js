// The page: its state as the server last told it, what is chosen, and what pointer and buttons do.

import { Refused, send } from '/api.js';
import { Keys } from '/keys.js';
import { make, Panel } from '/panel.js';
import { followPointer } from '/pointer.js';
import { Scan } from '/scan.js';
import { gridStep, inside, nearest, area, ringsOf, roomsOf, Snapper, UNIT_M } from '/snap.js';
import { lengthM, Tools } from '/tools.js';
import { clock, timeColour, View } from '/view.js';

const $ = id => document.getElementById(id);
const DRAWN = ['spaces', 'openings', 'stairs', 'ramps', 'posts', 'equipment', 'cameras', 'assembly'];

class App {
  constructor() {
    this.view = new View($('plan'));
    this.chosen = this.times = this.scan = this.wanted = null;
    this.level = '';
    this.tools = new Tools(this);
    this.panel = new Panel(this);
    this.keys = new Keys(this);
    this.view.onresize = () => this.state && this.draw();
    this.buttons();
    followPointer(this);
  }

  async start() {
    const state = await send('/api/plan');
    this.fields = state.fields;
    if (state.scan) this.scan = new Scan(state.scan);
    this.level = state.plan.levels[0].id;
    this.panel.tools();
    this.take(state);
    this.tool(state.plan.spaces.length ? 'select' : this.scan ? 'scale' : 'room');
    this.showAll();
    if (state.unsaved_beside) this.notice('Work that was not saved lies beside this file.', [['Take it', () => this.run('/api/restore')], ['Leave it', () => {}]]);
    if (this.scan) await this.scan.ready;
    document.body.dataset.ready = 'yes';
  }

  // ---- what the server says

  take(state) {
    this.state = { ...this.state, ...state };
    this.plan = this.state.plan;
    this.messages = this.state.messages;
    if (!this.plan.levels.some(v => v.id === this.level)) this.level = this.plan.levels[0].id;
    if (this.chosen && !(this.plan[this.chosen.section] || []).some(t => t.id === this.chosen.id)) this.chosen = null;
    this.again();
    if (this.wanted) this.assess();
  }

  again() {
    this.snapper = new Snapper(this.plan, this.level, this.scan ? this.scan.lines() : []);
    this.panel.show();
    this.draw();
    document.body.dataset.version = this.state.version;
  }

  draw() {
    this.view.draw(this);
    this.keys.show();
  }

  async run(route, given = {}) {
    try {
      const state = await send(route, () => ({ version: this.state.version, ...given }));
      this.take(state);
      return state;
    } catch (e) {
      this.refused(e);
      return null;
    }
  }

  refused(e) {
    if (!(e instanceof Refused)) throw e;
    if (e.status === 409 && e.told.state) {
      const changed = e.told.state.version !== this.state.version;
      this.take(e.told.state);
      if (!changed) return this.notice('The file was changed by another program since it was read.', [['Save all the same; the other stays as .bak', () => this.save(true)], ['Do not save', () => {}]]);
      return this.say('The plan was changed in another window. It is shown as it is now; make your change again.');
    }
    return this.say(e.message, true);
  }

  async change(change, given) {
    const tool = this.tools.now, state = await this.run('/api/change', { ...given, change });
    if (!state) return null;
    if (state.made) {
      if (state.made.section === 'levels') this.goLevel(state.made.ids[0]);
      else if (state.made.section) this.select({ section: state.made.section, id: state.made.ids[state.made.ids.length - 1] });
      if (state.made.ids) this.panel.used(tool, state.made);
      if (state.made.told) {
        this.say(`${state.made.told} ${this.state.summary}`);
        return state;
      }
      const names = state.made.ids.map(id => this.nameOf(state.made.section, id));
      this.say(`${names.length > 2 ? `${names[0]} to ${names[names.length - 1]}` : names.join(' and ')} drawn. ${this.state.summary}`);
    } else this.say(`Changed. ${this.state.summary}`);
    return state;
  }

  async save(overwrite = false) {
    if (await this.run('/api/save', { overwrite })) this.say(`Saved as ${this.state.file}. ${this.state.summary}`);
  }

  async undo() {
    this.tools.reset();
    if (await this.run('/api/undo')) this.say(`Undone. ${this.state.summary}`);
  }

  async redo() {
    if (await this.run('/api/redo')) this.say(`Made again. ${this.state.summary}`);
  }

  remove() {
    if (!this.chosen) return this.say('Nothing is chosen to remove.');
    const name = this.nameOf(this.chosen.section, this.chosen.id), given = this.chosen;
    return this.change('remove', given).then(done => done && this.say(`${name} removed. Ctrl+Z brings it back.`));
  }

  async assess() {
    try {
      const told = await send('/api/assess', () => ({ version: this.state.version }));
      const known = Object.values(told.seconds).filter(s => s !== null), longest = Math.max(...known, 0), top = [15, 30, 45, 60, 90, 120, 180, 240, 300, 600].find(t => t >= longest) || longest;
      this.times = { ...told, top };
      const from = told.from === 'post' ? 'nearest post' : 'nearest entry';
      $('legend').replaceChildren(make('span', { textContent: `From the ${from}, on foot: 0:00` }), ...[0, 0.2, 0.4, 0.6, 0.8, 1].map(s => {
        const swatch = make('i');
        swatch.style.background = timeColour(s).fill;
        return swatch;
      }), make('span', { textContent: clock(top) }));
    } catch (e) {
      this.times = null;
      $('legend').textContent = e instanceof Refused ? e.message : '';
    }
    $('legend').hidden = false;
    this.draw();
  }

  toggleTimes() {
    this.wanted = !this.wanted;
    $('times').setAttribute('aria-pressed', Boolean(this.wanted));
    if (this.wanted) return this.assess();
    this.times = null;
    $('legend').hidden = true;
    return this.draw();
  }

  // ---- what is where

  here(section) {
    const ids = new Set(roomsOf(this.plan, this.level).map(s => s.id));
    return this.plan[section].filter(t => [...(t.spaces || []), t.space, t.lower, t.upper, ...(t.watches || [])].some(s => ids.has(s)));
  }

  // Things that are drawn as a point: section, thing and point.
  points() {
    const placed = ['posts', 'equipment'].flatMap(n => this.here(n).map(t => [n, t, t.at]));
    const cameras = this.here('cameras').flatMap(c => roomsOf(this.plan, this.level).filter(s => c.watches.includes(s.id)).map(s => ['cameras', c, this.eye(s)]));
    const ground = [...this.plan.levels].sort((a, b) => Math.abs(a.elevation) - Math.abs(b.elevation))[0].id === this.level;
    return [...placed, ...cameras, ...(ground ? this.plan.assembly.map(t => ['assembly', t, t.at]) : [])];
  }

  eye(space) {
    const [a, b] = [space.polygon[0], this.view.widest(space)], share = 0.12;
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  }

  thingsHere() {
    const spaces = roomsOf(this.plan, this.level).map(s => ['spaces', s]);
    return [...spaces, ...DRAWN.slice(1, -1).flatMap(n => this.here(n).map(t => [n, t])), ...this.plan.assembly.map(t => ['assembly', t])];
  }

  nameOf(section, id) {
    const thing = (this.plan[section] || []).find(t => t.id === id);
    return thing ? thing.label || thing.id : id;
  }

  isChosen(section, id) {
    return Boolean(this.chosen && this.chosen.section === section && this.chosen.id === id);
  }

  chosenRoom() {
    return this.chosen && this.chosen.section === 'spaces' ? roomsOf(this.plan, this.level).find(s => s.id === this.chosen.id) : null;
  }

  faulty(section, id) {
    const told = this.messages.find(m => m.section === section && m.id === id);
    return told ? ` ${told.severity}` : '';
  }

  roomAt(p) {
    const room = nearest(roomsOf(this.plan, this.level).filter(s => inside(p, s.polygon)), s => area(s.polygon))[0];
    return room ? `, in ${room.label || room.id}` : '';
  }

  select(chosen, { show = false } = {}) {
    this.chosen = chosen;
    if (chosen && show) this.goTo({ ...chosen, level: this.level, at: this.placeOf(chosen) });
    this.panel.form();
    this.panel.things();
    this.draw();
  }

  placeOf({ section, id }) {
    const thing = this.plan[section].find(t => t.id === id);
    if (thing.polygon) return this.view.widest(thing);
    return thing.line ? thing.line[0] : thing.at || null;
  }

  goTo(told) {
    if (told.level && told.level !== this.level) this.goLevel(told.level);
    if (told.id && DRAWN.includes(told.section)) this.chosen = { section: told.section, id: told.id };
    const at = told.at && this.view.px(told.at), [w, h] = this.view.size;
    if (at && (at[0] < 40 || at[1] < 40 || at[0] > w - 40 || at[1] > h - 40)) this.view.centre = told.at;
    if (told.at) this.keys.cross = told.at;
    this.panel.form();
    this.draw();
  }

  goLevel(id) {
    this.level = id;
    this.tools.reset();
    this.again();
    this.say(`Level ${this.nameOf('levels', id)}.`);
  }

  nextLevel(by) {
    const ids = [...this.plan.levels].sort((a, b) => a.elevation - b.elevation).map(v => v.id), next = ids[ids.indexOf(this.level) + by];
    if (next) this.goLevel(next);
  }

  // ---- measures and words

  step() {
    return gridStep(this.plan.units, this.view.scale);
  }

  get us() {
    return ['ft', 'in'].includes(this.plan.units);
  }

  size(metres) {
    const v = Math.abs(metres);
    if (!this.us) return `${Number(v.toFixed(2))} m`;
    const inches = Math.round(v / UNIT_M.in), feet = Math.floor(inches / 12);
    return inches % 12 ? `${feet}'-${inches % 12}"` : `${feet} ft`;
  }

  place([x, y]) {
    const one = v => (this.us ? `${Number((v / UNIT_M.ft).toFixed(1))} ft` : `${Number(v.toFixed(2))} m`);
    return `${one(x)}, ${one(y)}`;
  }

  metres(text) {
    return lengthM(text, this.plan.units);
  }

  options() {
    return this.panel.given(this.tools.now);
  }

  say(words) {
    $('status').textContent = words;
  }

  notice(words, choices) {
    $('notice').hidden = false;
    $('notice').querySelector('p').textContent = words;
    $('notice').querySelector('.actions').replaceChildren(...choices.map(([name, action]) => {
      const button = make('button', { type: 'button', textContent: name });
      button.addEventListener('click', () => {
        $('notice').hidden = true;
        action();
      });
      return button;
    }));
  }

  // ---- tools, scale, levels

  tool(id) {
    this.tools.choose(id);
    this.panel.chooseTool(this.tools.now);
    $('hint').textContent = this.tools.now.hint;
    $('plan').dataset.tool = this.tools.now.id;
    this.draw();
  }

  measured(a, b) {
    this.ends = [a, b];
    $('option-known').focus();
    this.say(`Now write how long this is, such as ${this.us ? '120 ft' : '36 m'}.`);
  }

  async setScale() {
    const metres = this.metres($('option-known').value);
    if (!this.ends || !metres) return this.say(this.ends ? 'Write the known distance, such as 120 ft or 36 m.' : 'Click both ends of the known distance first.');
    try {
      await this.scan.setScale(...this.ends, metres);
    } catch (e) {
      return this.refused(e);
    }
    this.ends = null;
    this.tools.reset();
    this.again();
    this.showAll();
    this.say(`The scale is set: the scan is ${this.size(this.scan.facts.width * this.scan.facts.metres_per_pixel)} wide.`);
    return this.tool('room');
  }

  levels(change) {
    const elevation = this.metres($('level-height').value), label = $('level-name').value.trim();
    if (elevation === null) return this.say('Write the height of its floor above that of the first one, such as 13 ft.');
    return this.change(change, { level: this.level, label, elevation_m: elevation });
  }

  showAll() {
    const points = roomsOf(this.plan, this.level).flatMap(s => ringsOf(s).flat());
    const more = this.scan ? this.scan.corners() : [];
    this.view.fit(points.length || more.length ? [...points, ...more] : [[0, 0], [this.us ? 36 : 40, this.us ? 22 : 25]]);
    this.draw();
  }

  zoom(factor, about = null) {
    this.view.zoom(factor, about);
    this.draw();
  }

  escape() {
    if (this.tools.drawing) this.tools.reset();
    else {
      this.select(null);
      this.tool('select');
    }
  }

  buttons() {
    const on = (id, action) => $(id).addEventListener('click', action);
    on('save', () => this.save());
    on('undo', () => this.undo());
    on('redo', () => this.redo());
    on('times', () => this.toggleTimes());
    on('help', () => $('keys').showModal());
    on('zoom-in', () => this.zoom(1.25));
    on('zoom-out', () => this.zoom(0.8));
    on('zoom-all', () => this.showAll());
    on('level-copy', () => this.levels('copy-level'));
    on('level-remove', () => this.change('remove', { section: 'levels', id: this.level }));
    on('levels-open', () => {
      $('levels').hidden = !$('levels').hidden;
      $('levels-open').setAttribute('aria-expanded', !$('levels').hidden);
      const top = Math.max(...this.plan.levels.map(v => v.elevation)), n = this.plan.levels.length;
      $('level-name').value = `${['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth'][n] || n + 1} floor`;
      $('level-height').value = this.us ? `${Math.round((top + 3.9624) / UNIT_M.ft)} ft` : `${top + 4} m`;
    });
    $('levels').addEventListener('submit', () => this.levels('level'));
    $('level').addEventListener('change', e => this.goLevel(e.target.value));
  }
}

const app = new App();
window.drillsim = {
  pixel: (x, y) => {
    const box = $('plan').getBoundingClientRect(), at = app.view.px([x, y]);
    return [box.left + at[0], box.top + at[1]];
  },
  step: () => app.step(),
  cross: () => app.keys.at(),
};
app.start().catch(e => {
  document.getElementById('status').textContent = e.message;
  document.body.dataset.ready = 'failed';
});
