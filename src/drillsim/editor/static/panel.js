// The sides of the page: tools and their options, the form of the chosen thing, messages, and the list of things.

import { send } from '/api.js';
import { TOOLS } from '/tools.js';

const $ = id => document.getElementById(id);
const SINGULAR = { spaces: 'space', openings: 'opening', stairs: 'stair', ramps: 'ramp', posts: 'post', cameras: 'camera', equipment: 'equipment', assembly: 'assembly point', levels: 'level' };
const FIRST = ['label', 'use', 'kind', 'people', 'width', 'lock', 'locked', 'watches', 'exits', 'number'];

export function make(tag, given = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...inside);
  return made;
}

// A labelled control: text, number, choice or yes.
export function control(id, field, changed) {
  let input;
  if (field.choices && field.choices.length) {
    input = make('select', { id }, ...field.choices.map(c => make('option', { value: c, textContent: (field.words || {})[c] || c.replace('_', ' ') || 'as usual' })));
    input.value = field.value ?? '';
  } else if (field.kind === 'yes') {
    input = make('input', { id, type: 'checkbox', checked: Boolean(field.value) });
  } else {
    input = make('input', { id, autocomplete: 'off', value: field.value ?? '', inputMode: field.kind === 'number' ? 'numeric' : 'text' });
  }
  if (field.help) input.title = field.help;
  if (changed) input.addEventListener('change', () => changed(input));
  const words = make('label', { htmlFor: id, textContent: field.label });
  return make('div', { className: field.kind === 'yes' ? 'field yes' : 'field' }, ...(field.kind === 'yes' ? [input, words] : [words, input]));
}

export class Panel {
  constructor(app) {
    this.app = app;
    this.kept = {};
    this.told = '';
    $('messages').addEventListener('click', e => {
      const button = e.target.closest('button');
      if (button) app.goTo(this.rows[Number(button.dataset.row)]);
    });
    $('things').addEventListener('change', e => {
      const [section, id] = JSON.parse(e.target.value);
      app.select({ section, id }, { show: true });
    });
    for (const form of document.forms) form.addEventListener('submit', e => form.method !== 'dialog' && e.preventDefault());
  }

  tools() {
    const offered = TOOLS.filter(t => !t.scan || (this.app.scan && (t.scan === 'picture' || this.app.scan.facts.loops.length)));
    $('tools').replaceChildren(...offered.map(tool => {
      const button = make('button', { type: 'button', className: 'tool', id: `tool-${tool.id}` }, make('span', { textContent: tool.name }), make('kbd', { textContent: tool.key.toUpperCase() }));
      button.addEventListener('click', () => this.app.tool(tool.id));
      return button;
    }));
    $('tools').addEventListener('keydown', e => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key], all = [...$('tools').children];
      if (!step) return;
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
      e.preventDefault();
    });
  }

  chooseTool(tool) {
    for (const button of $('tools').children) {
      const on = button.id === `tool-${tool.id}`;
      button.setAttribute('aria-pressed', on);
      button.tabIndex = on ? 0 : -1;
    }
    this.options(tool);
  }

  options(tool) {
    const fields = tool.options.map(o => control(`option-${o.name}`, { ...o, value: this.kept[`${tool.id}.${o.name}`] ?? o.value }, input => this.keep(tool, o, input)));
    if (tool.id === 'scale') fields.push(this.button('Set the scale', () => this.app.setScale()));
    if (tool.id === 'outline') fields.push(this.button(`Take all ${this.app.scan.facts.loops.length} outlines`, () => this.app.tools.allOutlines()));
    if (this.app.scan && tool.id === 'scale') fields.push(this.opacity());
    $('options').replaceChildren(...(fields.length ? [make('h3', { textContent: tool.name })] : []), ...fields);
  }

  opacity() {
    const input = make('input', { id: 'opacity', type: 'range', min: 0, max: 100, value: 100 * this.app.scan.opacity });
    input.addEventListener('input', () => {
      this.app.scan.opacity = Number(input.value) / 100;
      this.app.draw();
    });
    return make('div', { className: 'field' }, make('label', { htmlFor: 'opacity', textContent: 'How much of it shows' }), input);
  }

  button(words, action) {
    const made = make('button', { type: 'button', textContent: words });
    made.addEventListener('click', action);
    return made;
  }

  keep(tool, option, input) {
    if (option.name === 'use' && $('option-people')) this.keep(tool, { name: 'people' }, Object.assign($('option-people'), { value: '' }));
    if (option.name !== 'label') this.kept[`${tool.id}.${option.name}`] = this.valueOf(input);
  }

  valueOf(input) {
    return input.type === 'checkbox' ? input.checked : input.value;
  }

  given(tool) {
    return Object.fromEntries(tool.options.map(o => [o.name, this.valueOf($(`option-${o.name}`))]));
  }

  // A number that goes on after a row was drawn; labels are used once.
  used(tool, made) {
    const label = $('option-label');
    if (label) label.value = '';
    if (tool.id === 'row' && made) {
      const input = $('option-first'), found = /^(.*?)(\d+)(\D*)$/.exec(input.value);
      if (found) {
        const next = String(Number(found[2]) + made.ids.length * (Number($('option-step').value) || 1)).padStart(found[2].length, '0');
        input.value = found[1] + next + found[3];
        this.keep(tool, { name: 'first' }, input);
      }
    }
  }

  show() {
    const { app } = this, { plan } = app;
    $('title').textContent = plan.name;
    $('file').textContent = `${app.state.file}${app.state.saved ? '' : ' · not saved yet'}`;
    document.title = `${app.state.saved ? '' : '• '}${plan.name} · drillsim`;
    $('undo').disabled = !app.state.undo;
    $('redo').disabled = !app.state.redo;
    $('summary').textContent = app.state.summary;
    $('level').replaceChildren(...[...plan.levels].sort((a, b) => a.elevation - b.elevation).map(v => make('option', { value: v.id, textContent: v.label || v.id })));
    $('level').value = app.level;
    this.list(app.messages);
    this.things();
    this.form();
  }

  list(messages) {
    this.rows = messages;
    $('messages').replaceChildren(...messages.map((m, i) => {
      const name = this.app.nameOf(m.section, m.id), where = [name, m.line ? `line ${m.line}` : ''].filter(Boolean).join(', ');
      const button = make('button', { type: 'button', className: m.severity }, make('b', { textContent: `${m.severity === 'error' ? 'Error' : 'Warning'}${where ? ` · ${where}` : ''}` }), make('span', { textContent: m.message }));
      button.dataset.row = i;
      return make('li', {}, button);
    }));
  }

  things() {
    const { app } = this, all = app.thingsHere();
    $('things').replaceChildren(...all.map(([section, thing]) => make('option', { value: JSON.stringify([section, thing.id]), textContent: `${app.nameOf(section, thing.id)} (${SINGULAR[section]})`, selected: app.isChosen(section, thing.id) })));
  }

  async form() {
    const { app } = this, chosen = app.chosen, shown = JSON.stringify([chosen, app.state.version]);
    this.told = shown;
    if (!chosen) {
      $('thing-title').textContent = 'The plan';
      $('form').replaceChildren(
        control('plan-name', { label: 'Name of the building', value: app.plan.name }, i => app.change('set-plan', { name: 'name', value: i.value })),
        control('plan-north', { label: 'True north, degrees clockwise from the top', value: app.plan.grid_north_deg || 0, kind: 'number' }, i => app.change('set-plan', { name: 'grid_north_deg', value: i.value })));
      return;
    }
    const { values, size } = await send('/api/form', { section: chosen.section, id: chosen.id }).catch(() => ({ values: null }));
    if (!values || this.told !== shown) return;
    const focused = document.activeElement && document.activeElement.id;
    $('thing-title').textContent = app.nameOf(chosen.section, chosen.id);
    const rank = f => (FIRST.includes(f.name) ? FIRST.indexOf(f.name) : FIRST.length);
    const fields = app.fields[chosen.section].filter(f => f.name in values).sort((a, b) => rank(a) - rank(b));
    const controls = fields.map(f => this.property(chosen, f, values[f.name]));
    const count = fields.filter(f => FIRST.includes(f.name)).length, some = controls.slice(0, count), more = controls.slice(count);
    $('form').replaceChildren(make('p', { className: 'id', textContent: `${SINGULAR[chosen.section]} ${chosen.id}` }), ...some, ...this.sizes(chosen, size), ...this.entries(chosen),
      ...(more.length ? [make('details', { open: this.more, ontoggle: e => (this.more = e.target.open) }, make('summary', { textContent: 'More' }), ...more)] : []),
      this.button('Remove', () => app.remove()));
    if (focused && $(focused) && document.activeElement === document.body) $(focused).focus();
  }

  property(chosen, field, value) {
    const id = `set-${field.name}`, names = field.kind === 'names';
    return control(id, { ...field, value: names ? value.join(', ') : value }, input => {
      const given = names ? input.value.split(',').map(v => v.trim()).filter(Boolean) : this.valueOf(input);
      this.app.change('set', { ...chosen, name: field.name, value: given });
    });
  }

  sizes(chosen, size) {
    return (size || []).map((value, i) => {
      const name = ['width', 'depth'][i], label = ['Width, west to east', 'Depth, south to north'][i];
      const help = 'One wall moves, the one with fewer doors; the room beyond it gives up or takes over the floor between.';
      return control(`size-${name}`, { label, value, help }, input => this.app.change('size', { id: chosen.id, name, value: input.value }));
    });
  }

  entries(chosen) {
    const { plan } = this.app, door = chosen.section === 'openings' && plan.openings.find(o => o.id === chosen.id);
    if (!door || door.kind !== 'exit') return [];
    return [['police', 'Police come in here'], ['ems', 'Ambulance and fire service come in here']].map(([service, words]) =>
      control(`entry-${service}`, { label: words, kind: 'yes', value: ((plan.entries || {})[service] || []).includes(door.id) },
        input => this.app.change('entry', { id: door.id, service, comes: input.checked })));
  }
}
