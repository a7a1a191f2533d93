/** Who a message is from: name, picture, and whether an app speaks. */
import { el, picture } from './dom.js';
import { emoji } from './emoji.js';
import { store } from './store.js';

const COLOURS = 8;

/** @param {import('./store.js').Message} message */
export function author(message) {
  const app = message.bot_id || message.subtype === 'bot_message' ? appOf(message) : null;
  const user = store.users.get(message.user ?? app?.bot_user_id);
  const isApp = Boolean(message.bot_id || user?.is_bot || message.subtype === 'bot_message');
  const name = message.username || user?.name_shown || message.bot_profile?.name || app?.name || 'Unknown';
  return { id: message.user ?? message.bot_id ?? name, name, isApp, user, app, icons: message.icons };
}

function appOf(message) {
  return [...store.apps.values()].find((app) => app.bot_user_id === message.user || app.app_id === message.app_id);
}

/** The picture of a message's author; an app may have sent another one along. */
export function authorAvatar(who) {
  const { emoji: name, image_48: image, image_url: url, image_64: larger } = who.icons ?? {};
  const drawn = name && emoji(name.replace(/:/g, ''));
  if (drawn) return el('span.avatar.emoji-avatar', { 'aria-hidden': 'true' }, drawn);
  const given = url ?? image ?? larger;
  if (given) return el('span.avatar', { 'aria-hidden': 'true' }, picture(given, who.name));
  return avatar(who.user, who.name, who.app);
}

/** A square with the person's picture or first letter. */
export function avatar(user, name = user?.name_shown ?? '?', app = null) {
  const image = app?.icon ?? user?.image;
  if (image) return el('span.avatar', { 'aria-hidden': 'true' }, picture(image, ''));
  const letter = [...name.replace(/^[@#]/, '')][0]?.toUpperCase() ?? '?';
  const box = el(`span.avatar.letter.tint-${tint(user?.id ?? name)}${user?.is_bot ? '.robot' : ''}`,
    { 'aria-hidden': 'true' }, letter);
  if (user?.avatar_color && !user.is_bot) box.style.backgroundColor = cssColour(user.avatar_color);
  return box;
}

const cssColour = (value) => (/^[0-9a-f]{6}$/i.test(value) ? `#${value}` : value);

function tint(text) {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return sum % COLOURS;
}
