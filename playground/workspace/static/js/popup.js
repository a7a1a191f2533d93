/** A floating panel beside the thing that opened it: menus, lists of choices, the emoji picker. */
import { el } from './dom.js';

const GAP = 4;
const EDGE = 8;
let current = null;

/**
 * @param {HTMLElement} anchor
 * @param {HTMLElement} panel
 * @param {{onclose?: () => void, wide?: boolean}} [options] `wide` makes it as wide as the anchor
 * @returns {() => void} closes it
 */
export function openPopup(anchor, panel, { onclose, wide } = {}) {
  closePopup();
  const host = anchor.closest('dialog') ?? document.body;
  const holder = el('div.popup', { dataset: { testid: 'popup' } }, panel);
  host.append(holder);
  current = { holder, anchor, onclose, returnTo: document.activeElement };
  anchor.setAttribute('aria-expanded', 'true');
  place(holder, anchor, wide);
  holder.addEventListener('keydown', closeOnEscape);
  document.addEventListener('pointerdown', closeOutside, true);
  window.addEventListener('resize', closePopup);
  return closePopup;
}

export function closePopup() {
  if (!current) return;
  const { holder, anchor, onclose, returnTo } = current;
  const hadFocus = holder.contains(document.activeElement);
  current = null;
  document.removeEventListener('pointerdown', closeOutside, true);
  window.removeEventListener('resize', closePopup);
  holder.remove();
  anchor.setAttribute('aria-expanded', 'false');
  if (hadFocus) (anchor.isConnected ? anchor : returnTo)?.focus?.();
  onclose?.();
}

export const popupIsAt = (anchor) => current?.anchor === anchor;

/** Place it again after its size changed. */
export function adjustPopup() {
  if (current) place(current.holder, current.anchor, false);
}

function place(holder, anchor, wide) {
  const from = anchor.getBoundingClientRect();
  if (wide) holder.style.minWidth = `${from.width}px`;
  const size = holder.getBoundingClientRect();
  const below = window.innerHeight - from.bottom - GAP - EDGE;
  const top = size.height <= below || from.top < below ? from.bottom + GAP : from.top - GAP - size.height;
  const left = Math.min(from.left, window.innerWidth - size.width - EDGE);
  holder.style.top = `${Math.max(EDGE, Math.min(top, window.innerHeight - size.height - EDGE))}px`;
  holder.style.left = `${Math.max(EDGE, left)}px`;
}

function closeOnEscape(event) {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  event.stopPropagation();
  closePopup();
}

function closeOutside(event) {
  if (current && !current.holder.contains(event.target) && !current.anchor.contains(event.target)) closePopup();
}
