/** The list above the composer, walked with the arrow keys while the caret stays in the text. */
import { el, uniqueId } from './dom.js';
import { suggest } from './suggest.js';

export class Completion {
  /** @param {HTMLTextAreaElement} box @param {() => {thread: boolean}} where */
  constructor(box, where) {
    Object.assign(this, { box, where, offered: null, active: 0, dismissed: '' });
    this.node = el('div.completion',
      { id: uniqueId('completion'), role: 'listbox', 'aria-label': 'Suggestions', hidden: true, dataset: { testid: 'completion' } });
    const aria = [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-controls', this.node.id], ['aria-expanded', 'false']];
    for (const [name, value] of aria) {
      box.setAttribute(name, value);
    }
    box.addEventListener('input', () => this.update());
    box.addEventListener('click', () => this.update());
    box.addEventListener('blur', () => this.hide());
  }

  get open() {
    return !this.node.hidden;
  }

  update() {
    const before = this.box.value.slice(0, this.box.selectionStart);
    const offered = before === this.dismissed ? null : suggest(before, this.where());
    this.offered = offered;
    this.active = 0;
    if (offered) this.draw();
    else this.hide();
  }

  draw() {
    this.node.replaceChildren(...this.offered.items.map((item, i) => this.row(item, i)));
    this.node.hidden = false;
    this.box.setAttribute('aria-expanded', 'true');
    this.box.setAttribute('aria-activedescendant', this.node.children[this.active].id);
    this.node.children[this.active].scrollIntoView({ block: 'nearest' });
  }

  row(item, i) {
    return el(`div.suggestion${i === this.active ? '.active' : ''}`, {
      id: uniqueId('suggestion'), role: 'option', 'aria-selected': String(i === this.active), dataset: { insert: item.insert.trim() },
      onpointerdown: (event) => event.preventDefault(), onclick: () => this.take(i),
    }, item.face, el('b', {}, item.label), item.note && el('span.quiet', {}, item.note));
  }

  hide() {
    this.node.hidden = true;
    this.offered = null;
    this.box.setAttribute('aria-expanded', 'false');
    this.box.removeAttribute('aria-activedescendant');
  }

  take(i) {
    const { from, items } = this.offered;
    const after = this.box.value.slice(this.box.selectionStart);
    const before = this.box.value.slice(0, from) + items[i].insert;
    this.box.value = before + after.replace(/^ /, '');
    this.box.setSelectionRange(before.length, before.length);
    this.hide();
    this.box.focus();
    this.box.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** @returns {boolean} whether the key was meant for the list */
  key(event) {
    if (!this.open) return false;
    const count = this.offered.items.length;
    if (event.key === 'ArrowDown') this.active = (this.active + 1) % count;
    else if (event.key === 'ArrowUp') this.active = (this.active - 1 + count) % count;
    else return this.decide(event);
    event.preventDefault();
    this.draw();
    return true;
  }

  decide(event) {
    if (event.key === 'Enter' && this.isComplete()) {
      this.hide();
      return false;
    }
    if (event.key === 'Enter' || event.key === 'Tab') this.take(this.active);
    else if (event.key === 'Escape') this.dismiss();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** The word is already typed out, so Enter sends instead of completing. */
  isComplete() {
    const typed = this.box.value.slice(this.offered.from, this.box.selectionStart);
    return typed.startsWith('/') && this.offered.items[this.active].insert.trim() === typed;
  }

  dismiss() {
    this.dismissed = this.box.value.slice(0, this.box.selectionStart);
    this.hide();
  }
}
