/** The pane on the right: one thread with its replies and its own composer. */
import { Composer } from './composer.js';
import { el } from './dom.js';
import { plural } from './format.js';
import { iconButton } from './icons.js';
import { leadNode, MessageList } from './messagelist.js';
import { channelHash, go } from './route.js';
import { StatusLine } from './status.js';
import { isDirect, store, threadKey } from './store.js';
import { markRead } from './unread.js';

export class ThreadPane {
  constructor() {
    Object.assign(this, { channel: null, thread: null });
    this.list = new MessageList({ label: 'Thread', inThread: true });
    this.status = new StatusLine();
    this.composer = new Composer({ testid: 'thread-composer', onEditLast: () => this.editLast(), broadcast: true });
    this.title = el('span.quiet');
    this.close = iconButton('Close thread', 'close', () => this.leave(), { dataset: { testid: 'thread-close' } });
    this.count = el('div.reply-divider', { role: 'separator' }, el('span'));
    this.node = el('aside.thread', { 'aria-label': 'Thread', hidden: true, dataset: { testid: 'thread-pane' } },
      el('header.thread-header', {}, el('h1', {}, 'Thread ', this.title), this.close),
      this.list.node, this.status.node, this.composer.node);
    this.node.addEventListener('keydown', (event) => event.key === 'Escape' && this.leave());
  }

  leave() {
    go(channelHash(this.channel));
  }

  show(channel, thread) {
    const moved = channel !== this.channel || thread !== this.thread;
    Object.assign(this, { channel, thread });
    this.node.hidden = !thread;
    if (!thread) return;
    Object.assign(this.node.dataset, { channel, thread });
    if (moved) {
      this.list.reset();
      this.composer.aim(channel, thread, 'Reply…');
    }
    this.draw();
    if (moved) this.composer.focus();
  }

  draw() {
    if (!this.thread) return;
    const channel = store.channels.get(this.channel);
    const named = store.titles.get(threadKey(this.channel, this.thread));
    this.title.textContent = named || (isDirect(channel) ? store.nameOf(channel) : `#${channel.name}`);
    const root = store.find(this.channel, this.thread);
    const replies = store.replies(this.channel, this.thread);
    this.count.hidden = !replies.length;
    this.count.firstChild.textContent = plural(replies.length, 'reply', 'replies');
    const rest = [...replies.map((message) => ({ message })), ...this.notes()].sort((a, b) => (a.message.ts < b.message.ts ? -1 : 1));
    if (root) this.list.draw([{ message: root }, ...rest], { afterFirst: this.count });
    else this.list.draw(
      rest,
      { lead: [leadNode(el('p.quiet', {}, 'The first message of this thread is not here: it was deleted, or the link is old.'))] });
    this.status.show(this.channel, this.thread);
    if (document.visibilityState === 'visible') markRead(this.channel);
  }

  notes() {
    const here = [...store.ephemerals.values()].filter((note) => note.channel === this.channel && note.thread_ts === this.thread);
    return here.map((note) => ({ message: note.message, ephemeral: note.id }));
  }

  editLast() {
    const mine = store.replies(this.channel, this.thread).filter((message) => message.user === store.me?.id).at(-1);
    if (mine) this.list.edit(mine.ts);
  }
}
