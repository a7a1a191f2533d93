/** The list that a select opens: a box to type in and the choices that fit. */
import { append, el, uniqueId } from './dom.js';
import { icon } from './icons.js';
import { plainText, textObject } from './mrkdwn.js';
import { adjustPopup, closePopup, openPopup, popupIsAt } from './popup.js';

const WAIT_MS = 200;

/**
 * @param {HTMLElement} anchor
 * @param {{load: {ask: number, slow?: boolean, groups: (typed: string) => Promise<any[]>}, many?: boolean, limit?: number,
 *   chosen: any[], choose: (options: any[]) => void}} options with `many`, `choose` is called when the list closes
 */
export function openListbox(anchor, options) {
  if (popupIsAt(anchor)) return closePopup();
  const box = new Listbox(options);
  openPopup(anchor, box.panel, { wide: true, onclose: () => box.closed() });
  box.input.focus();
  box.refresh();
  return undefined;
}

class Listbox {
  constructor({ load, many, limit, chosen, choose }) {
    Object.assign(this, { load, many, limit: limit ?? Infinity, choose, timer: 0, round: 0, active: -1 });
    this.chosen = [...chosen];
    this.before = chosen.map((option) => option.value).join('\n');
    const id = uniqueId('list');
    this.list = el('div.options',
      { id, role: 'listbox', 'aria-multiselectable': many ? 'true' : null, 'aria-label': 'Choices' });
    this.input = el('input.field.filter', {
      type: 'text', role: 'combobox', 'aria-controls': id, 'aria-expanded': 'true', 'aria-autocomplete': 'list', placeholder: 'Type to filter',
      'aria-label': 'Filter the choices', autocomplete: 'off', dataset: { testid: 'select-filter' },
      oninput: () => this.typed(), onkeydown: (event) => this.key(event),
    });
    this.panel = el('div.listbox', {}, this.input, this.list);
  }

  typed() {
    clearTimeout(this.timer);
    if (this.load.slow) this.timer = setTimeout(() => this.refresh(), WAIT_MS);
    else this.refresh();
  }

  async refresh() {
    const typed = this.input.value;
    if (typed.length < this.load.ask) return this.say(`Type at least ${this.load.ask} letters`);
    this.round += 1;
    const round = this.round;
    if (this.load.slow) this.say('Looking…');
    const groups = await this.load.groups(typed);
    if (round === this.round) this.show(groups);
    return undefined;
  }

  say(text) {
    this.list.replaceChildren(el('div.options-note', { role: 'status' }, text));
  }

  show(groups) {
    if (!groups.some((group) => group.options?.length)) return this.say('Nothing fits');
    this.list.replaceChildren(...groups.map((group) => this.group(group)));
    this.activate(this.items.findIndex((node) => node.getAttribute('aria-selected') === 'true'));
    adjustPopup();
    return undefined;
  }

  group(group) {
    const id = uniqueId('group');
    const label = group.label && append(el('div.options-heading', { id }), plainText(group.label));
    return el('div',
      { role: 'group', 'aria-labelledby': label ? id : null }, label,
      group.options.map((option) => this.option(option)));
  }

  option(option) {
    const selected = this.has(option);
    const description = option.description && append(el('span.option-description'), textObject(option.description));
    return el('div.option', {
      id: uniqueId('option'), role: 'option', 'aria-selected': String(selected), dataset: { value: option.value },
      onpointerdown: (event) => event.preventDefault(), onclick: (event) => this.toggle(option, event.currentTarget),
    }, el('span.option-text', {}, plainText(option.text), description), selected && icon('check'));
  }

  has(option) {
    return this.chosen.some((known) => known.value === option.value);
  }

  toggle(option, node) {
    if (!this.many) {
      this.chosen = [option];
      return closePopup();
    }
    if (this.has(option)) this.chosen = this.chosen.filter((known) => known.value !== option.value);
    else if (this.chosen.length < this.limit) this.chosen.push(option);
    const selected = this.has(option);
    node.setAttribute('aria-selected', String(selected));
    node.querySelector('.icon')?.remove();
    if (selected) node.append(icon('check'));
    return undefined;
  }

  get items() {
    return [...this.list.querySelectorAll('[role=option]')];
  }

  activate(at) {
    const items = this.items;
    items[this.active]?.classList.remove('active');
    this.active = items.length ? (Math.max(0, at) + items.length) % items.length : -1;
    const node = items[this.active];
    for (const other of items) other.classList.toggle('active', other === node);
    node?.scrollIntoView({ block: 'nearest' });
    if (node) this.input.setAttribute('aria-activedescendant', node.id);
  }

  key(event) {
    const count = this.items.length;
    const moves = { ArrowDown: this.active + 1, ArrowUp: this.active - 1 + count };
    if (event.key in moves) this.activate(moves[event.key]);
    else if (event.key === 'Enter') this.items[this.active]?.click();
    else if (event.key === 'Tab') return closePopup();
    else return undefined;
    event.preventDefault();
    return undefined;
  }

  closed() {
    clearTimeout(this.timer);
    const now = this.chosen.map((option) => option.value).join('\n');
    if (now !== this.before) this.choose(this.chosen);
  }
}
