/** One message as it stands in a channel or a thread. */
import { author, authorAvatar, avatar } from './author.js';
import { append, el } from './dom.js';
import { isLive, messageBody } from './body.js';
import { ago, clockShort, clockTime, fullTime, plural } from './format.js';
import { icon } from './icons.js';
import { messageEditor } from './editor.js';
import { threadHash } from './route.js';
import { isReply, store } from './store.js';
import { statusHint } from './status.js';
import { attachToolbar } from './toolbar.js';

const SHOWN_FACES = 4;

/**
 * @param {import('./store.js').Message} message
 * @param {{surface: import('./surface.js').Surface, compact: boolean, inThread: boolean, editing: boolean,
 *   ephemeral?: string, actions: {edit: (ts: string|null) => void}}} how
 */
export function messageNode(message, how) {
  const who = author(message);
  const node = el(`div.message${how.compact ? '.compact' : ''}${how.ephemeral ? '.ephemeral' : ''}`, {
    role: 'article', tabindex: '0', 'aria-label': `${who.name}, ${clockTime(message.ts)}`,
    dataset: {
      testid: how.ephemeral ? 'ephemeral' : 'message', ts: message.ts, channel: message.channel, user: message.user,
      ephemeralId: how.ephemeral, streaming: isLive(message) ? 'true' : null,
    },
  });
  append(node, [
    el('div.gutter', {}, how.compact ? compactTime(message) : authorAvatar(who)),
    el('div.message-main', {},
      how.ephemeral && el('div.only-you', {}, icon('eye'), 'Only visible to you'),
      isReply(message) && !how.inThread && el('div.quiet', {}, 'replied to a thread'),
      how.compact ? el('span.sr-only', {}, who.name) : head(message, who),
      how.editing ? messageEditor(message, how.actions) : messageBody(message, how.surface),
      !how.inThread && !how.ephemeral && threadLine(message)),
  ]);
  if (!how.ephemeral && !how.editing) attachToolbar(node, message, how);
  return node;
}

function head(message, who) {
  return el('div.message-head', {},
    el('span.author', { dataset: { testid: 'author' } }, who.name),
    who.isApp && el('span.badge', {}, 'APP'),
    el('a.time', { href: threadHash(message.channel, message.thread_ts ?? message.ts), title: fullTime(message.ts) },
      clockTime(message.ts)));
}

const compactTime = (message) => el('time.compact-time', { title: fullTime(message.ts) }, clockShort(message.ts));

/** "3 replies · last reply 2 minutes ago", and what an app is doing in there. */
function threadLine(message) {
  const { count, latest, users, speakers } = threadFigures(message);
  const hint = statusHint(message.channel, message.ts);
  if (!count) return hint;
  const known = speakers.map((reply) => authorAvatar(author(reply)));
  const faces = (known.length ? known : users.map((id) => avatar(store.users.get(id)))).slice(0, SHOWN_FACES);
  const line = el('a.thread-line', { href: threadHash(message.channel, message.ts), dataset: { testid: 'thread-line' } },
    el('span.faces', {}, faces), el('span.reply-count', {}, plural(count, 'reply', 'replies')),
    el('span.quiet', {}, `Last reply ${ago(latest)}`));
  return [line, hint];
}

/** One reply of everybody who spoke; an app's agents are told apart by their names. */
function firstOfEach(replies) {
  const found = new Map();
  for (const reply of replies) {
    const who = reply.user ?? reply.username ?? reply.bot_id;
    if (!found.has(who)) found.set(who, reply);
  }
  return [...found.values()];
}

/** How many replies stand below a message; what is loaded counts more than what the message says. */
export function threadFigures(message) {
  const replies = store.replies(message.channel, message.ts);
  const users = [...new Set(replies.map((reply) => reply.user).filter(Boolean))];
  return {
    speakers: firstOfEach(replies),
    count: replies.length || message.reply_count || 0,
    latest: replies.at(-1)?.ts ?? message.latest_reply ?? message.ts,
    users: users.length ? users : message.reply_users ?? [],
  };
}
