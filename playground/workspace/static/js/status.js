/** What an app says it is doing: "is thinking…" below a thread, with a button to stop it. */
import { sendOrTell } from './api.js';
import { avatar } from './author.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { store, threadKey } from './store.js';

const TURN_MS = 3000;

/** @returns {{text: string, messages: string[], app: any, stoppable: boolean}|null} */
export function statusOf(channel, thread) {
  const key = threadKey(channel, thread);
  const status = store.statuses.get(key);
  const working = store.sessions.get(key) === 'processing';
  if (!status && !working) return null;
  const app = store.apps.get(status?.app_id) ?? store.appsIn(store.channels.get(channel) ?? {})[0];
  return { text: status?.status ?? 'is working…', messages: status?.loading_messages ?? [], app, stoppable: working };
}

/** One line in the channel, below the message whose thread is being worked on. */
export function statusHint(channel, thread) {
  const status = statusOf(channel, thread);
  if (!status) return null;
  return el('div.status-hint',
    { dataset: { testid: 'status-hint' } }, dots(), `${status.app?.name ?? 'The app'} ${status.text}`);
}

const dots = () => el('span.dots', { 'aria-hidden': 'true' }, el('i'), el('i'), el('i'));

/** The line below a thread; loading messages take turns until the status changes. */
export class StatusLine {
  constructor() {
    this.node = el('div.status-line', { role: 'status', 'aria-live': 'polite', dataset: { testid: 'status' } });
    this.timer = 0;
  }

  show(channel, thread) {
    clearInterval(this.timer);
    const status = channel && thread ? statusOf(channel, thread) : null;
    this.node.hidden = !status;
    if (!status) return this.node.replaceChildren();
    const text = el('span.status-text');
    this.turn(text, status);
    const name = status.app?.name ?? 'The app';
    return this.node.replaceChildren(...[
      avatar(store.users.get(status.app?.bot_user_id), name, status.app), dots(), el('span',
        {}, el('b', {}, name), ' ', text),
      status.stoppable && stopButton(channel, thread)].filter(Boolean));
  }

  turn(text, { text: first, messages }) {
    const lines = messages.length ? messages : [first];
    let at = 0;
    text.textContent = lines[0];
    if (lines.length < 2) return;
    this.timer = setInterval(() => {
      at = (at + 1) % lines.length;
      text.textContent = lines[at];
    }, TURN_MS);
  }
}

function stopButton(channel, thread) {
  const node = el('button.btn.small.stop', {
    type: 'button', dataset: { testid: 'stop' },
    onclick: () => {
      node.disabled = true;
      sendOrTell('stop', { channel, thread_ts: thread }).then((answer) => {
        node.disabled = answer.ok;
      });
    },
  }, icon('stop'), 'Stop');
  return node;
}
