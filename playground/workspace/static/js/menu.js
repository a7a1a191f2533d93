/** Menus: a column of things to do, walked with the arrow keys. */
import { el } from './dom.js';
import { icon } from './icons.js';
import { closePopup, openPopup, popupIsAt } from './popup.js';

/**
 * @typedef {{label: any, run?: () => void, icon?: string, danger?: boolean, checked?: boolean,
 *   heading?: boolean, attrs?: object}} Entry
 */

/** @param {HTMLElement} anchor @param {(Entry|null)[]} entries @param {string} label for screen readers */
export function openMenu(anchor, entries, label) {
  if (popupIsAt(anchor)) return closePopup();
  const menu = el('div.menu',
    { role: 'menu', 'aria-label': label, onkeydown: walk }, entries.filter(Boolean).map(item));
  openPopup(anchor, menu);
  (menu.querySelector('[aria-checked=true]') ?? menu.querySelector('[role^=menuitem]'))?.focus();
  return undefined;
}

function item(entry) {
  if (entry.heading) return el('div.menu-heading', { role: 'presentation' }, entry.label);
  const radio = entry.checked !== undefined;
  const choose = () => {
    closePopup();
    entry.run?.();
  };
  return el(`button.menu-item${entry.danger ? '.danger' : ''}`, {
    type: 'button', role: radio ? 'menuitemradio' : 'menuitem', 'aria-checked': radio ? String(entry.checked) : null,
    tabindex: '-1', onclick: choose, ...entry.attrs,
  }, entry.icon && icon(entry.icon), el('span.menu-label', {}, entry.label), entry.checked && icon('check'));
}

function walk(event) {
  const items = [...event.currentTarget.querySelectorAll('[role^=menuitem]')];
  const at = items.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  if (event.key === 'Tab') closePopup();
  if (!(event.key in moves)) return;
  event.preventDefault();
  items[(moves[event.key] + items.length) % items.length]?.focus();
}
