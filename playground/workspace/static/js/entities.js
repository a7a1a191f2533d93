/** Slack's angle-bracket entities: `<@U1>`, `<#C1|name>`, `<!here>`, `<!date^…>`, `<https://…|label>`. */
import { el, link } from './dom.js';
import { emojiText } from './emoji.js';
import { dateTemplate } from './format.js';
import { channelHash } from './route.js';
import { store } from './store.js';

export function unescape(text) {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}

export function userMention(id, fallback) {
  const name = store.users.get(id)?.name_shown ?? fallback ?? id;
  const mine = id === store.me?.id ? '.mine' : '';
  return el(`span.mention${mine}`, { dataset: { user: id } }, `@${name}`);
}

export function channelMention(id, fallback) {
  const channel = store.channels.get(id);
  const name = channel?.name ?? fallback ?? id;
  if (!channel) return el('span.mention', {}, `#${name}`);
  return el('a.mention', { href: channelHash(id), dataset: { channelLink: id } }, `#${name}`);
}

export function broadcast(range) {
  return el('span.mention.mine', {}, `@${range}`);
}

export function groupMention(id, label) {
  const name = store.usergroups.get(id)?.handle ?? label?.replace(/^@/, '') ?? id;
  return el('span.mention', { dataset: { group: id } }, `@${name}`);
}

export function dateText(epoch, template, url, fallback) {
  const text = dateTemplate(epoch, template) ?? fallback ?? '';
  const node = el('time', { title: fallback }, text);
  return url ? link(url, {}, node) : node;
}

/** @param {string} body what stands between < and > @returns {Node|null} null when it is no entity */
export function entity(body) {
  const bar = body.indexOf('|');
  const [target, label] = bar < 0 ? [body, null] : [body.slice(0, bar), unescape(body.slice(bar + 1))];
  if (/^@[UWB]\w+$/.test(target)) return userMention(target.slice(1), label?.replace(/^@/, ''));
  if (/^#[CDG]\w+$/.test(target)) return channelMention(target.slice(1), label);
  if (target.startsWith('!')) return special(target.slice(1), label);
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return namedLink(unescape(target), label);
  return null;
}

function namedLink(url, label) {
  const text = label || url.replace(/^(mailto|tel):/, '');
  return link(url, { title: label ? url : null }, emojiText(text));
}

function special(command, label) {
  const [name, ...rest] = command.split('^');
  if (['here', 'channel', 'everyone'].includes(name)) return broadcast(name);
  if (name === 'subteam') return groupMention(rest[0] ?? '', label);
  if (name === 'date') return dateText(rest[0], rest[1] ?? '', rest[2], label);
  return label === null ? null : document.createTextNode(label);
}
