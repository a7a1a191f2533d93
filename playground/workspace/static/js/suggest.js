/** What the composer offers while somebody types: commands, people, channels, emoji. */
import { avatar } from './author.js';
import { el } from './dom.js';
import { emoji, findEmoji } from './emoji.js';
import { icon } from './icons.js';
import { isDirect, store } from './store.js';

const LIMIT = 8;

/** @typedef {{insert: string, label: string, note?: string, face: Node}} Suggestion */

/**
 * @param {string} before the text left of the caret
 * @param {{thread: boolean}} where commands are not offered in threads
 * @returns {{from: number, items: Suggestion[]}|null} `from`: where the typed word begins
 */
export function suggest(before, { thread }) {
  const command = /^\/\S*$/.exec(before);
  if (command) return thread ? null : offer(0, commands(command[0]));
  const word = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  if (!word) return null;
  const [, sign, typed] = word;
  const from = before.length - typed.length - 1;
  if (sign === '@') return offer(from, people(typed));
  if (sign === '#') return offer(from, channels(typed));
  return typed.length >= 2 ? offer(from, emojis(typed)) : null;
}

const offer = (from, items) => (items.length ? { from, items: items.slice(0, LIMIT) } : null);

export function allCommands() {
  return [...store.apps.values()].flatMap((app) => (app.commands ?? []).map((command) => ({ ...command, app: app.name })));
}

function commands(typed) {
  return allCommands().filter((one) => one.command.startsWith(typed)).map((one) => ({
    insert: `${one.command} `, label: [one.command, one.usage_hint].filter(Boolean).join(' '),
    note: [one.description, one.app].filter(Boolean).join(' · '), face: icon('slash'),
  }));
}

function people(typed) {
  const wanted = typed.toLowerCase();
  const fits = (text) => [text, ...text.split(/[\s._-]/)].some((part) => part.toLowerCase().startsWith(wanted));
  const others = [...store.users.values()].filter((user) => user.id !== store.me?.id);
  const found = others.filter((user) => fits(user.name ?? '') || fits(user.name_shown));
  found.sort((a, b) => Number(Boolean(b.is_bot)) - Number(Boolean(a.is_bot)) || a.name_shown.localeCompare(b.name_shown));
  const groups = [...store.usergroups.values()].filter((group) => fits(group.handle) || fits(group.name));
  return [...found.map(person), ...groups.map(userGroup)];
}

const person = (user) => ({
  insert: `@${user.name} `, label: user.name_shown, face: avatar(user),
  note: [`@${user.name}`, user.is_bot && 'App'].filter(Boolean).join(' · '),
});

const userGroup = (group) => ({
  insert: `@${group.handle} `, label: group.name, note: `@${group.handle} · User group`, face: icon('people'),
});

function channels(typed) {
  const found = [...store.channels.values()].filter((channel) => !isDirect(channel) && channel.name.includes(typed.toLowerCase()));
  return found.map((channel) => ({
    insert: `#${channel.name} `, label: channel.name, note: channel.topic,
    face: icon(channel.kind === 'private' ? 'lock' : 'hash'),
  }));
}

const emojis = (typed) => findEmoji(typed, LIMIT).map((name) => ({
  insert: `:${name}: `, label: `:${name}:`, face: el('span', {}, emoji(name)),
}));
