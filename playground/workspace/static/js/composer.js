/** Where a person writes: in a channel, or in a thread. */
import { send, sendOrTell } from './api.js';
import { Attachments } from './attachments.js';
import { Completion } from './completion.js';
import { append, el, uniqueId } from './dom.js';
import { keepDraft, readDraft } from './drafts.js';
import { openEmojiPicker } from './emojipicker.js';
import { icon } from './icons.js';
import { openMenu } from './menu.js';
import { isDirect, store } from './store.js';
import { allCommands } from './suggest.js';

const MOST_LINES_PX = 220;
const where = (channel) => (!channel || isDirect(channel) ? 'the direct message' : `#${channel.name}`);

export class Composer {
  /** @param {{testid: string, onEditLast: () => void, broadcast?: boolean}} options */
  constructor({ testid, onEditLast, broadcast }) {
    Object.assign(this, { onEditLast, channel: null, thread: null, busy: false });
    const errorId = uniqueId('composer-error');
    this.box = el('textarea.composer-box', { rows: '1', dataset: { testid }, 'aria-describedby': errorId });
    this.error = el('div.composer-error', { id: errorId, role: 'alert' });
    this.hint = el('div.composer-hint', { hidden: true });
    this.frame = el('div.composer');
    this.files = new Attachments(this.frame, this.box);
    this.completion = new Completion(this.box, () => ({ thread: Boolean(this.thread) }));
    this.broadcast = el('input', { type: 'checkbox' });
    this.sendButton = el('button.send',
      { type: 'button', 'aria-label': 'Send', dataset: { testid: `${testid}-send` }, onclick: () => this.submit() },
      icon('send'));
    append(this.frame, [this.completion.node, this.box, this.files.node, this.files.chooser, this.bar()]);
    const also = broadcast && el('label.also', {}, this.broadcast, el('span.also-text'));
    this.node = el('div.composer-area', {}, this.error, this.frame, also, this.hint);
    this.box.addEventListener('input', () => this.changed());
    this.box.addEventListener('keydown', (event) => this.key(event));
  }

  bar() {
    const smile = this.tool('Emoji', 'smile', () => openEmojiPicker(smile, (name) => this.insert(`:${name}: `)));
    const more = this.tool('Attach a file or run a shortcut',
      'plus', () => openMenu(more, this.extras(), 'Attach or run'));
    return el('div.composer-bar', {}, more, smile,
      this.tool('Mention somebody', 'at', () => this.insert('@')),
      this.tool('Slash commands', 'slash', () => this.startCommand()),
      el('span.spacer'), this.sendButton);
  }

  tool(label, shape, onclick) {
    return el('button.tool', { type: 'button', 'aria-label': label, title: label, onclick }, icon(shape));
  }

  extras() {
    const shortcuts = [...store.apps.values()].flatMap((app) =>
      (app.shortcuts ?? []).filter((one) => !one.type.startsWith('message')).map((one) => ({
        label: [one.name, el('span.quiet', {}, ` ${app.name}`)], icon: 'bolt', attrs: { 'data-callback-id': one.callback_id },
        run: () => sendOrTell('global_shortcut', { callback_id: one.callback_id }),
      })));
    return [{ label: 'Attach a file', icon: 'clip', run: () => this.files.chooser.click() }, ...shortcuts];
  }

  /** Write for another place; what was typed here is kept as a draft. */
  aim(channel, thread, placeholder) {
    Object.assign(this, { channel, thread });
    this.box.placeholder = placeholder;
    this.box.setAttribute('aria-label', placeholder);
    this.box.value = readDraft(channel, thread);
    this.broadcast.checked = false;
    const also = this.node.querySelector('.also-text');
    if (also) also.textContent = `Also send to ${where(store.channels.get(channel))}`;
    this.files.clear();
    this.error.textContent = '';
    this.completion.hide();
    this.changed();
  }

  focus() {
    if (matchMedia('(hover: hover)').matches) this.box.focus({ preventScroll: true });
  }

  insert(text) {
    const { selectionStart: at, selectionEnd: end, value } = this.box;
    const spaced = text.startsWith('@') && at > 0 && !/\s/.test(value[at - 1]) ? ` ${text}` : text;
    this.box.value = value.slice(0, at) + spaced + value.slice(end);
    this.box.setSelectionRange(at + spaced.length, at + spaced.length);
    this.box.focus();
    this.box.dispatchEvent(new Event('input', { bubbles: true }));
  }

  startCommand() {
    this.box.value = `/${this.box.value.replace(/^\//, '')}`;
    this.box.setSelectionRange(1, 1);
    this.box.focus();
    this.box.dispatchEvent(new Event('input', { bubbles: true }));
  }

  changed() {
    keepDraft(this.channel, this.thread, this.box.value);
    this.error.textContent = '';
    this.grow();
    this.showHint();
  }

  grow() {
    this.box.style.height = 'auto';
    this.box.style.height = `${Math.min(this.box.scrollHeight, MOST_LINES_PX)}px`;
  }

  /** While a command is typed, how it goes on. */
  showHint() {
    const command = this.thread ? null : allCommands().find((one) => this.box.value.startsWith(`${one.command} `));
    this.hint.hidden = !command;
    if (command) this.hint.replaceChildren(
      el('b', {}, command.command), ` ${command.usage_hint ?? ''} `, el('span.quiet', {}, command.description ?? ''));
  }

  key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) this.submit();
    else if (event.key === 'ArrowUp' && !this.box.value) this.onEditLast();
    else return;
    event.preventDefault();
  }

  async submit() {
    const text = this.box.value.trim();
    if (this.busy || (!text && !this.files.files.length)) return;
    const refusal = this.refusal(text);
    if (refusal) {
      this.error.textContent = refusal;
      return;
    }
    await this.deliver(text);
  }

  refusal(text) {
    const command = /^\/[a-z][\w-]*(?=\s|$)/i.exec(text)?.[0];
    if (!command || !this.thread) return '';
    return `${command} is not supported in threads. Use it in the channel, or mention the app here instead.`;
  }

  async deliver(text) {
    this.busy = true;
    this.sendButton.disabled = true;
    const [verb, body] = await this.request(text);
    const { channel, thread } = this;
    this.clear();
    const answer = await send(verb, body);
    this.busy = false;
    this.sendButton.disabled = false;
    if (!answer.ok) this.giveBack(channel, thread, text, answer.error);
  }

  async request(text) {
    if (/^\/[a-z][\w-]*(\s|$)/i.test(text)) return ['command', { channel: this.channel, text }];
    const body = { channel: this.channel, text };
    if (this.thread) body.thread_ts = this.thread;
    if (this.thread && this.broadcast.checked) body.reply_broadcast = true;
    if (this.files.files.length) body.files = await this.files.packed();
    return ['post', body];
  }

  clear() {
    this.box.value = '';
    this.broadcast.checked = false;
    this.files.clear();
    this.changed();
  }

  /** Nothing typed is lost when the server says no. */
  giveBack(channel, thread, text, reason) {
    keepDraft(channel, thread, text);
    if (this.channel !== channel || this.thread !== thread) return;
    if (!this.box.value) this.box.value = text;
    this.changed();
    this.error.textContent = reason ?? 'The message was not sent. Try again.';
  }
}
