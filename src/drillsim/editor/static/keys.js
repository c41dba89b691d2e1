// Keys: everything that the pointer does, and more quickly.

import { TOOLS } from '/tools.js';
import { make } from '/panel.js';

const $ = id => document.getElementById(id);
const LISTED = [
  ['Arrow keys', 'move the cross by a step of the grid; with Shift by ten'], ['Enter', 'set a point at the cross: as a click'],
  ['G', 'take the corner, wall, door or post under the cross; Enter puts it down'], ['Escape', 'leave what was begun; choose nothing'],
  ['Delete', 'remove what is chosen'], ['Backspace', 'take the last corner back'], ['+ and -, 0', 'larger, smaller, show all'],
  ['Page up, page down', 'level above, level below'], ['Ctrl+Z, Ctrl+Y', 'undo, redo'], ['Ctrl+S', 'save'], ['Alt', 'held while drawing: points go nowhere but where the pointer is'],
  ...TOOLS.map(t => [t.key.toUpperCase(), t.name]),
];

export class Keys {
  constructor(app) {
    this.app = app;
    this.cross = null;
    $('keys-table').tBodies[0].replaceChildren(...LISTED.map(([key, what]) => make('tr', {}, make('th', { scope: 'row', textContent: key }), make('td', { textContent: what }))));
    document.addEventListener('keydown', e => this.pressed(e));
  }

  pressed(e) {
    if (document.querySelector('dialog[open]')) return;
    const control = e.ctrlKey || e.metaKey, key = e.key.toLowerCase();
    if (control) return this.withControl(e, key);
    if (e.altKey) return;
    const typing = e.target.closest('input, select, textarea');
    if (typing && (key !== 'escape' || e.target.tagName === 'SELECT')) return;
    if (e.target.id === 'plan' ? this.onPlan(e, key) || this.anywhere(key) : this.anywhere(key)) e.preventDefault();
  }

  withControl(e, key) {
    const done = { s: () => this.app.save(), z: () => (e.shiftKey ? this.app.redo() : this.app.undo()), y: () => this.app.redo() }[key];
    if (!done) return;
    e.preventDefault();
    document.activeElement.blur && document.activeElement.matches('input') && document.activeElement.blur();
    done();
  }

  anywhere(key) {
    const { app } = this, tool = TOOLS.find(t => t.key === key && $(`tool-${t.id}`));
    const done = {
      '?': () => $('keys').showModal(), '+': () => app.zoom(1.25), '=': () => app.zoom(1.25), '-': () => app.zoom(0.8), 0: () => app.showAll(),
      escape: () => app.escape(), delete: () => app.remove(), backspace: () => app.tools.back(), pageup: () => app.nextLevel(1), pagedown: () => app.nextLevel(-1),
    }[key] || (tool && (() => {
      app.tool(tool.id);
      $('plan').focus();
    }));
    if (done) done();
    return Boolean(done);
  }

  onPlan(e, key) {
    const { app } = this, step = app.step() * (e.shiftKey ? 10 : 1);
    const by = { arrowleft: [-step, 0], arrowright: [step, 0], arrowup: [0, step], arrowdown: [0, -step] }[key];
    if (by) this.moveCross(by);
    else if (key === 'enter') this.set();
    else if (key === 'g') app.tools.grab(this.at());
    else return false;
    return true;
  }

  at() {
    const step = this.app.step();
    if (!this.cross) this.cross = this.app.view.centre.map(v => Math.round(v / step) * step);
    return this.cross;
  }

  moveCross(by) {
    const { app } = this, at = this.at();
    this.cross = [at[0] + by[0], at[1] + by[1]];
    const [x, y] = app.view.px(this.cross), [w, h] = app.view.size;
    if (x < 30 || y < 30 || x > w - 30 || y > h - 30) {
      app.view.centre = [app.view.centre[0] + by[0] * 5, app.view.centre[1] + by[1] * 5];
      app.draw();
    }
    app.view.cross(this.cross);
    app.tools.move(this.cross);
    app.say(`${app.place(this.cross)}${app.roomAt(this.cross)}`);
  }

  set() {
    const { app } = this, at = this.at();
    app.view.cross(at);
    const far = app.tools.held && app.tools.held.kept;
    app.tools.press(at);
    if (!far) app.tools.release(at);
  }

  show() {
    if (this.cross) this.app.view.cross(this.cross);
  }
}
