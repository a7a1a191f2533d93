/** What can be done with a message: the bar that comes up when it is pointed at or focused. */
import { sendOrTell } from './api.js';
import { react } from './body.js';
import { ask } from './dialog.js';
import { el } from './dom.js';
import { emoji } from './emoji.js';
import { openEmojiPicker } from './emojipicker.js';
import { icon } from './icons.js';
import { openMenu } from './menu.js';
import { go, messageLink, threadHash } from './route.js';
import { store } from './store.js';
import { toast } from './toast.js';

const QUICK = ['white_check_mark', 'eyes', 'raised_hands'];

/** The bar is built only while it is needed: a channel may hold hundreds of messages. */
export function attachToolbar(node, message, how) {
  const show = () => node.querySelector(':scope > .toolbar') ?? node.append(toolbar(message, how));
  const hide = () => {
    if (node.matches(':hover, :focus-within') || node.querySelector('[aria-expanded=true]')) return;
    node.querySelector(':scope > .toolbar')?.remove();
  };
  node.addEventListener('pointerenter', show);
  node.addEventListener('focusin', show);
  node.addEventListener('pointerleave', () => setTimeout(hide));
  node.addEventListener('focusout', () => setTimeout(hide));
}

function toolbar(message, how) {
  const bar = el('div.toolbar', { role: 'toolbar', 'aria-label': 'Message actions' });
  for (const name of QUICK) bar.append(tool(`React with ${name}`, emoji(name), () => react(message, name)));
  const add = tool('Add reaction', icon('smile'), () => openEmojiPicker(add, (name) => react(message, name)));
  const more = tool('More actions',
    icon('more'), () => openMenu(more, entries(message, how), 'More actions'),
    { 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
  bar.append(add);
  if (!how.inThread) bar.append(tool('Reply in thread',
    icon('reply'), () => go(threadHash(message.channel, message.thread_ts ?? message.ts))));
  bar.append(more);
  return bar;
}

const tool = (label, content, onclick, more = {}) =>
  el('button.tool', { type: 'button', 'aria-label': label, title: label, onclick, ...more }, content);

function entries(message, how) {
  const mine = message.user === store.me?.id;
  return [
    ...shortcuts(message),
    { label: 'Copy link', icon: 'clip', run: () => copyLink(message) },
    mine && { label: 'Edit message', icon: 'edit', run: () => how.actions.edit(message.ts) },
    mine && { label: 'Delete message…', icon: 'trash', danger: true, run: () => remove(message) },
  ];
}

function shortcuts(message) {
  return [...store.apps.values()].flatMap((app) => {
    const own = (app.shortcuts ?? []).filter((shortcut) => shortcut.type.startsWith('message'));
    return own.map((shortcut) => ({
      label: [shortcut.name, el('span.quiet', {}, ` ${app.name}`)], icon: 'bolt', attrs: { 'data-callback-id': shortcut.callback_id },
      run: () => sendOrTell('message_shortcut',
        { channel: message.channel, message_ts: message.ts, callback_id: shortcut.callback_id }),
    }));
  });
}

async function copyLink(message) {
  try {
    await navigator.clipboard.writeText(messageLink(message.channel, message));
    toast('Link copied');
  } catch {
    toast(`The browser did not let us copy. The link: ${messageLink(message.channel, message)}`);
  }
}

async function remove(message) {
  const sure = await ask({
    title: { text: 'Delete message' }, text: { text: 'Delete this message for everybody? This cannot be undone.' },
    confirm: { text: 'Delete' }, style: 'danger',
  });
  if (sure) sendOrTell('delete', { channel: message.channel, ts: message.ts });
}
