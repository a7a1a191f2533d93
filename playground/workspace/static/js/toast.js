/** Short notices at the edge of the page, read out by screen readers. */
import { el } from './dom.js';

const SHOWN_MS = 6000;

/** @param {string} text @param {'info'|'error'} [kind] */
export function toast(text, kind = 'info') {
  const note = el(`div.toast.${kind}`, { dataset: { testid: 'toast' } }, text);
  const close = el('button.toast-close',
    { type: 'button', 'aria-label': 'Dismiss', onclick: () => note.remove() }, '×');
  note.append(close);
  // A modal makes the rest of the page inert, so the notice goes inside it.
  (document.querySelector('dialog[open]') ?? document.getElementById('toasts')).append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}
