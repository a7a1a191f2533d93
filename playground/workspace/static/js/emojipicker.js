/** A small picker for reactions and for the composer. */
import { el } from './dom.js';
import { emoji, findEmoji } from './emoji.js';
import { FREQUENT } from './emojilist.js';
import { closePopup, openPopup, popupIsAt } from './popup.js';

const SHOWN = 36;

/** @param {HTMLElement} anchor @param {(name: string) => void} choose */
export function openEmojiPicker(anchor, choose) {
  if (popupIsAt(anchor)) return closePopup();
  const grid = el('div.emoji-grid', { role: 'group', 'aria-label': 'Emoji' });
  const pick = (name) => {
    closePopup();
    choose(name);
  };
  const fill = (names) => grid.replaceChildren(...names.map((name) => emojiButton(name, pick)));
  const box = el('input.field', {
    type: 'search', placeholder: 'Search emoji', 'aria-label': 'Search emoji',
    oninput: () => fill(box.value ? findEmoji(box.value, SHOWN) : FREQUENT),
    onkeydown: (event) => event.key === 'Enter' && grid.querySelector('button')?.click(),
  });
  fill(FREQUENT);
  openPopup(anchor, el('div.emoji-picker', { dataset: { testid: 'emoji-picker' } }, box, grid));
  box.focus();
  return undefined;
}

const emojiButton = (name, pick) =>
  el('button.tool', {
    type: 'button', title: `:${name}:`, 'aria-label': name, dataset: { emojiName: name }, onclick: () => pick(name),
  }, emoji(name));
