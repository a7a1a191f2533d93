/** What stands inside a message: text or blocks, attachments, files, reactions. */
import { sendOrTell } from './api.js';
import { append, el, link, picture } from './dom.js';
import { emoji } from './emoji.js';
import { renderBlocks } from './blocks/index.js';
import { fileCard } from './blocks/media.js';
import { streamedTasks } from './blocks/tasks.js';
import { dateTemplate, plural } from './format.js';
import { markdown } from './markdown.js';
import { mrkdwn } from './mrkdwn.js';
import { store } from './store.js';

const EDITED = '(edited)';

/** @param {import('./store.js').Message} message @param {import('./surface.js').Surface} surface */
export function messageBody(message, surface) {
  surface.beginDraw();
  return el('div.message-body', {},
    hasTaskBlocks(message) ? null : streamedTasks(message, surface),
    streamedText(message),
    message.blocks?.length ? renderBlocks(message.blocks, surface) : plainBody(message),
    message.edited && !isStream(message) && el('span.edited', {}, EDITED),
    (message.attachments ?? []).map((attachment, i) => attachmentNode(attachment, surface, i)),
    message.files?.length && el('div.files', {}, message.files.map(fileCard)),
    reactions(message));
}

const isStream = (message) => message.streaming_state !== undefined;
export const isLive = (message) => ['in_progress', 'streaming', 'active'].includes(message.streaming_state);

const hasTaskBlocks = (message) => message.blocks?.some((block) => ['task_card', 'plan'].includes(block.type));

/** The Markdown of a stream, unless the server has put the same text into blocks already. */
function streamedText(message) {
  const text = message.markdown_text;
  const inBlocks = text && (message.blocks ?? []).map((block) => (block.type === 'markdown' ? block.text : '')).join('') === text;
  if (typeof text !== 'string' || inBlocks || (!text && !isLive(message))) return null;
  const live = isLive(message);
  return append(
    el(`div.md.streamed${live ? '.live' : ''}`, { 'aria-busy': live ? 'true' : null, dataset: { testid: 'streamed' } }),
    markdown(text));
}

function plainBody(message) {
  if (!message.text || typeof message.markdown_text === 'string') return null;
  const quiet = message.subtype && /_(join|leave|topic|purpose|name)$/.test(message.subtype) ? '.quiet' : '';
  return append(el(`div.text.message-text${quiet}`), mrkdwn(message.text));
}

const NAMED_COLOURS = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' };

function attachmentNode(attachment, surface, at) {
  const box = el('div.attachment', { dataset: { testid: 'attachment' } });
  const colour = NAMED_COLOURS[attachment.color] ?? attachment.color;
  if (colour) box.style.borderLeftColor = /^[0-9a-f]{6}$/i.test(colour) ? `#${colour}` : colour;
  const inside = attachment.blocks?.length ? renderBlocks(attachment.blocks, surface, `a${at}-`) : classic(attachment);
  const pretext = attachment.pretext && append(el('div.text'), mrkdwn(attachment.pretext));
  return el('div.attachment-frame', {}, pretext, append(box, inside));
}

function classic(attachment) {
  return [
    attachment.author_name && el('div.attachment-author',
      {}, link(attachment.author_link ?? '', {}, attachment.author_name)),
    attachment.title && append(
      el('div.attachment-title'),
      attachment.title_link ? link(attachment.title_link, {}, attachment.title) : mrkdwn(attachment.title)),
    attachment.text && append(el('div.text'), mrkdwn(attachment.text)),
    attachment.fields?.length && el('div.fields', {}, attachment.fields.map(field)),
    attachment.image_url && picture(attachment.image_url, attachment.fallback ?? 'picture', 'block-image'),
    attachment.thumb_url && picture(attachment.thumb_url, attachment.fallback ?? 'picture', 'accessory-image'),
    footer(attachment),
  ];
}

const field = ({ title, value }) => el('div.text', {}, el('b', {}, title), el('br'), mrkdwn(value));

function footer({ footer: text, ts }) {
  const parts = [text, ts && dateTemplate(ts, '{date_short} {time}')].filter(Boolean);
  return parts.length ? el('div.quiet', {}, parts.join(' | ')) : null;
}

function reactions(message) {
  const list = (message.reactions ?? []).filter((reaction) => reactionCount(reaction) > 0);
  if (!list.length) return null;
  return el('div.reactions',
    { role: 'group', 'aria-label': 'Reactions' }, list.map((reaction) => reactionButton(message, reaction)));
}

const reactionCount = (reaction) => reaction.count ?? reaction.users?.length ?? 0;

function reactionButton(message, reaction) {
  const mine = Boolean(reaction.users?.includes(store.me?.id));
  const names = (reaction.users ?? []).map((id) => store.users.get(id)?.name_shown ?? id).join(', ');
  const count = reactionCount(reaction);
  return el(`button.reaction${mine ? '.mine' : ''}`, {
    type: 'button', 'aria-pressed': String(mine), title: `${names} reacted with :${reaction.name}:`,
    'aria-label': `${reaction.name}, ${plural(count, 'reaction')}`, dataset: { reaction: reaction.name },
    onclick: () => react(message, reaction.name, mine),
  }, emoji(reaction.name) ?? `:${reaction.name}:`, el('span.reaction-count', {}, String(count)));
}

export function react(message, name, remove = false) {
  return sendOrTell('react', { channel: message.channel, ts: message.ts, name, ...(remove ? { remove: true } : {}) });
}
