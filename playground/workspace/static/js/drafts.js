/** Unsent text, kept for each person and place in this tab. */
import { store } from './store.js';

const key = (channel, thread) => `draft:${store.me?.id}:${channel}:${thread ?? ''}`;

export const readDraft = (channel, thread) => sessionStorage.getItem(key(channel, thread)) ?? '';

export function keepDraft(channel, thread, text) {
  if (text) sessionStorage.setItem(key(channel, thread), text);
  else sessionStorage.removeItem(key(channel, thread));
}
