/** A column of messages that is kept up to date: only what changed is drawn anew, and it stays at its end. */
import { author } from './author.js';
import { append, el } from './dom.js';
import { dayKey, dayName } from './format.js';
import { icon } from './icons.js';
import { messageNode, threadFigures } from './message.js';
import { statusOf } from './status.js';
import { Surface } from './surface.js';

const NEAR_END = 60;
const GROUP_SECONDS = 300;

/** @typedef {{message: import('./store.js').Message, ephemeral?: string}} Entry */

export class MessageList {
  /** @param {{label: string, inThread: boolean}} options */
  constructor({ label, inThread }) {
    Object.assign(this, { inThread, editing: null, drawn: new Map(), surfaces: new Map(), entries: [] });
    this.column = el('div.message-column',
      { role: 'log', 'aria-label': label, 'aria-live': 'polite', 'aria-relevant': 'additions' });
    this.newer = el('button.newer',
      { type: 'button', hidden: true, onclick: () => this.toEnd() }, 'New messages ', icon('chevron'));
    this.scroller = el('div.scroller', { tabindex: '-1' }, this.column);
    this.node = el('div.message-list', {}, this.scroller, this.newer);
    this.scroller.addEventListener('scroll', () => this.atEnd() && (this.newer.hidden = true), { passive: true });
    this.scroller.addEventListener('load', () => this.sticky && this.toEnd(), true);
    this.column.addEventListener('keydown', (event) => this.walk(event));
    this.sticky = true;
  }

  /** Forget everything: another channel or thread is shown. */
  reset() {
    this.drawn.clear();
    this.surfaces.clear();
    this.editing = null;
    this.column.replaceChildren();
    this.sticky = true;
    this.newer.hidden = true;
  }

  atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    this.sticky = scrollHeight - scrollTop - clientHeight < NEAR_END;
    return this.sticky;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newer.hidden = true;
  }

  /** @param {Entry[]} entries in order @param {{lead?: Node[], newFrom?: string, afterFirst?: Node}} [extra] */
  draw(entries, extra = {}) {
    const stick = this.sticky || this.atEnd();
    const grew = entries.length > this.entries.length && this.entries.length > 0;
    Object.assign(this, { entries, extra });
    const nodes = this.nodes(entries, extra);
    const focused = focusMark(this.column);
    this.reconcile(nodes);
    restoreFocus(this.column, focused);
    if (stick) this.toEnd();
    else if (grew) this.newer.hidden = false;
  }

  redraw() {
    this.draw(this.entries, this.extra);
  }

  nodes(entries, { lead = [], newFrom, afterFirst }) {
    const nodes = [...lead];
    const live = new Set();
    let before = null;
    for (const entry of entries) {
      const { message } = entry;
      const marks = this.inThread ? [] : this.marks(before, message, newFrom);
      nodes.push(...marks.map(([key, make]) => this.keyed(live, key, [key], make)));
      const compact = !marks.length && before !== null && follows(before, entry) && !(afterFirst && nodes.length === lead.length + 1);
      nodes.push(this.entryNode(live, entry, compact));
      if (before === null && afterFirst) nodes.push(afterFirst);
      before = entry;
    }
    for (const key of this.drawn.keys()) if (!live.has(key)) this.drawn.delete(key);
    return nodes;
  }

  marks(before, message, newFrom) {
    const marks = [];
    if (!before || dayKey(before.message.ts) !== dayKey(message.ts)) {
      marks.push([
        `day ${dayName(message.ts)}`, () => el('div.day', { role: 'separator' }, el('span', {}, dayName(message.ts)))]);
    }
    if (newFrom && message.ts === newFrom) marks.push([
      `new ${newFrom}`, () => el('div.new-mark', { role: 'separator' }, el('span', {}, 'New'))]);
    return marks;
  }

  entryNode(live, entry, compact) {
    const { message, ephemeral } = entry;
    const key = ephemeral ?? message.ts;
    const editing = this.editing === message.ts;
    const thread = this.inThread || ephemeral ? '' : JSON.stringify([
      keyOf(threadFigures(message)), statusOf(message.channel, message.ts)?.text]);
    return this.keyed(live, key, [message, compact, editing, thread], () => messageNode(message, {
      surface: this.surface(key, entry), compact, editing, ephemeral, inThread: this.inThread, actions: { edit: (ts) => this.edit(ts) },
    }));
  }

  /** The node drawn before under this key if nothing it depends on changed. */
  keyed(live, key, basis, make) {
    live.add(key);
    const known = this.drawn.get(key);
    if (known && known.basis.every((value, i) => value === basis[i])) return known.node;
    const node = make();
    this.drawn.set(key, { basis, node });
    return node;
  }

  surface(key, { message, ephemeral }) {
    if (!this.surfaces.has(key)) {
      this.surfaces.set(key, new Surface({
        type: 'message', channel: message.channel, message_ts: message.ts, is_ephemeral: Boolean(ephemeral),
        ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}), ...(ephemeral ? { ephemeral_id: ephemeral } : {}),
      }));
    }
    return this.surfaces.get(key);
  }

  edit(ts) {
    this.editing = ts;
    this.redraw();
  }

  reconcile(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...this.column.children]) if (!wanted.has(child)) child.remove();
    nodes.forEach((node, i) => {
      if (this.column.children[i] !== node) this.column.insertBefore(node, this.column.children[i] ?? null);
    });
  }

  /** Up and down move from message to message when one is focused. */
  walk(event) {
    if (!event.target.classList.contains('message') || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
    const all = [...this.column.querySelectorAll('.message')];
    const next = all[all.indexOf(event.target) + (event.key === 'ArrowUp' ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

/** Whether a message stands below the one before without a head of its own. */
function follows(before, { message, ephemeral }) {
  const [a, b] = [author(before.message), author(message)];
  const close = Number(message.ts) - Number(before.message.ts) < GROUP_SECONDS;
  return close && a.id === b.id && a.name === b.name && !before.ephemeral && !ephemeral && !before.message.reply_count
    && JSON.stringify(a.icons) === JSON.stringify(b.icons);
}

/** Which element of which message has the focus, so that a redraw can give it back. */
function focusMark(column) {
  const active = document.activeElement;
  const message = active?.closest?.('.message');
  if (!message || !column.contains(message) || active === message) return null;
  const { actionId, blockId, value } = active.dataset;
  return actionId ? { ts: message.dataset.ts, actionId, blockId, value } : null;
}

function restoreFocus(column, mark) {
  if (!mark || column.contains(document.activeElement)) return;
  const message = [...column.querySelectorAll('.message')].find((node) => node.dataset.ts === mark.ts);
  const same = [...(message?.querySelectorAll('[data-action-id]') ?? [])].find((node) =>
    node.dataset.actionId === mark.actionId && node.dataset.blockId === mark.blockId && node.dataset.value === mark.value);
  same?.focus({ preventScroll: true });
}

/** A row of nodes wrapped for the top of a list. */
export const leadNode = (...children) => append(el('div.list-lead'), children);

/** What a thread line shows, as a key for redrawing. */
function keyOf({ count, latest, users, speakers }) {
  return [count, latest, users, speakers.map((reply) => reply.ts)];
}
