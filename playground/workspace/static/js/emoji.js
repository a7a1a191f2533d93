/** Emoji in running text: `:name:` and the characters themselves. */
import { EMOJI } from './emojilist.js';
import { drawing, splitDrawn } from './emojiart.js';
import { append, el } from './dom.js';

const SHORTCODE = /:([a-z0-9_+\-']+):(?::(skin-tone-[2-6]):)?/gi;
const TONES = { 'skin-tone-2': '🏻', 'skin-tone-3': '🏼', 'skin-tone-4': '🏽', 'skin-tone-5': '🏾', 'skin-tone-6': '🏿' };

/** @returns {HTMLElement|null} the emoji of that name, or null when we do not know it */
export function emoji(name, tone) {
  const character = EMOJI.get(name.toLowerCase());
  if (!character) return null;
  const shown = drawing(character, `${name} emoji`) ?? character + (TONES[tone] ?? '');
  return el('span.emoji', { title: `:${name}:`, dataset: { emoji: name } }, shown);
}

/** Text with `:name:` turned into emoji; unknown names stay as typed. */
export function emojiText(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(SHORTCODE)) {
    const found = emoji(match[1], match[2]);
    if (!found) continue;
    parts.push(...characters(text.slice(from, match.index)), found);
    from = match.index + match[0].length;
  }
  parts.push(...characters(text.slice(from)));
  return parts;
}

function characters(text) {
  return splitDrawn(text).map((part) =>
    part.emoji ? append(el('span.emoji'), drawing(part.text, 'emoji') ?? part.text) : part.text);
}

/** Names that begin with, then names that contain, what was typed. */
export function findEmoji(typed, limit = 8) {
  const wanted = typed.toLowerCase();
  const names = [...EMOJI.keys()].filter((name) => name.includes(wanted));
  names.sort((a, b) => Number(b.startsWith(wanted)) - Number(a.startsWith(wanted)) || a.length - b.length);
  return names.slice(0, limit);
}
