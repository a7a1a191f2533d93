/**
 * What the page knows of the workspace. `apply` takes what the server pushes; whoever draws something
 * listens to the change that concerns it.
 */
import { useTimeZone } from './format.js';
import { ReadMarks } from './readmarks.js';

/**
 * @typedef {{id: string, name: string, real_name?: string, name_shown: string, is_bot?: boolean, tz?: string,
 *   avatar_color?: string}} User
 */
/**
 * @typedef {{id: string, name: string, kind: 'channel'|'private'|'im'|'mpim', members: string[], with?: string,
 *   topic?: string}} Channel
 */
/**
 * @typedef {{ts: string, thread_ts?: string, user?: string, text?: string, blocks?: any[], channel?: string,
 *   [more: string]: any}} Message
 */

class Store extends EventTarget {
  constructor() {
    super();
    /** @type {User|null} */ this.me = null;
    this.team = { id: '', name: '' };
    /** @type {Map<string, User>} */ this.users = new Map();
    /** @type {Map<string, {id: string, handle: string, name: string}>} */ this.usergroups = new Map();
    /** @type {Map<string, Channel>} */ this.channels = new Map();
    /** @type {Map<string, Message[]>} */ this.messages = new Map();
    /** @type {Map<string, {channel: string, thread_ts?: string, message: Message}>} */ this.ephemerals = new Map();
    this.apps = new Map();
    this.homes = new Map();
    this.statuses = new Map();
    this.sessions = new Map();
    this.titles = new Map();
    this.prompts = new Map();
    /** @type {Map<string, Map<string, Message[]>>} */ this.threads = new Map();
    this.reads = new ReadMarks('', '');
  }

  /** Tell the listeners of one kind of change. */
  emit(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  /** @param {string} kind @param {(detail: any) => void} listener */
  on(kind, listener) {
    this.addEventListener(kind, (event) => listener(/** @type {CustomEvent} */ (event).detail));
  }

  /** Take one pushed object. Kinds we do not know are left alone, so that a newer server still works. */
  apply(event) {
    const take = APPLY[event.type];
    if (take) take(this, event);
    else console.warn(`unknown event from the server: ${event.type}`);
  }

  listOf(channel) {
    if (!this.messages.has(channel)) this.messages.set(channel, []);
    return this.messages.get(channel);
  }

  find(channel, ts) {
    return this.listOf(channel).find((message) => message.ts === ts);
  }

  /** The replies below a message, oldest first. */
  replies(channel, root) {
    if (!this.threads.has(channel)) this.threads.set(channel, byRoot(this.listOf(channel)));
    return this.threads.get(channel).get(root) ?? [];
  }

  appOf(channel) {
    return [...this.apps.values()].find((app) => app.bot_user_id === channel.with);
  }

  appsIn(channel) {
    return [...this.apps.values()].filter((app) =>
      app.bot_user_id === channel.with || channel.members?.includes(app.bot_user_id));
  }

  nameOf(channel) {
    if (!isDirect(channel)) return channel.name;
    const others = (channel.members ?? []).filter((id) => id !== this.me?.id);
    if (channel.kind === 'mpim') return others.map((id) => this.users.get(id)?.name_shown ?? id).join(', ');
    const other = channel.with ?? others[0];
    return this.users.get(other)?.name_shown ?? channel.name;
  }
}

/** A conversation of people, not a channel with a name. */
export const isDirect = (channel) => channel.kind === 'im' || channel.kind === 'mpim';
export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;
/** Whether it stands in the channel itself and not only in a thread. */
export const inChannel = (message) => !isReply(message) || message.subtype === 'thread_broadcast' || message.reply_broadcast;

function byRoot(messages) {
  const threads = new Map();
  for (const message of messages) {
    if (isReply(message)) threads.set(message.thread_ts, [...(threads.get(message.thread_ts) ?? []), message]);
  }
  return threads;
}

const byTs = (a, b) => (a.ts < b.ts ? -1 : Number(a.ts > b.ts));
const keyed = (list, key) => new Map((list ?? []).map((item) => [item[key], item]));
export const threadKey = (channel, thread) => `${channel}:${thread ?? ''}`;

const inside = (message, channel) => ({ ...message, channel });

function addUser(store, user) {
  store.users.set(user.id, { ...user, name_shown: user.real_name || user.name || user.id });
}

function takeSnapshot(store, event) {
  store.team = event.team;
  useTimeZone(event.me?.tz);
  store.users.clear();
  for (const user of [event.me, ...(event.users ?? [])].filter(Boolean)) addUser(store, user);
  store.me = store.users.get(event.me?.id) ?? null;
  store.usergroups = keyed(event.usergroups, 'id');
  store.channels = keyed(event.channels, 'id');
  store.apps = keyed(event.apps, 'app_id');
  store.homes = new Map(Object.entries(event.homes ?? {}));
  store.messages = new Map(Object.entries(event.messages ?? {}).map(([id, list]) => [
    id, list.map((one) => inside(one, id)).sort(byTs)]));
  store.threads.clear();
  store.ephemerals.clear();
  store.statuses = new Map();
  store.sessions = new Map();
  store.titles = new Map();
  store.prompts = new Map();
  for (const status of event.statuses ?? []) setStatus(store, status);
  store.reads = new ReadMarks(event.team?.id ?? '', event.me?.id ?? '', latestByChannel(store));
  store.emit('snapshot');
}

function latestByChannel(store) {
  return new Map([...store.messages].map(([id, list]) => [id, list.at(-1)?.ts ?? '0']));
}

function setStatus(store, event) {
  const key = threadKey(event.channel, event.thread_ts);
  if (event.type === 'session') {
    store.sessions.set(key, event.status);
    store.titles.set(key, event.title);
  } else if (event.status) store.statuses.set(key, event);
  else store.statuses.delete(key);
}

function takeStatus(store, event) {
  setStatus(store, event);
  store.emit('status', { channel: event.channel, thread: event.thread_ts });
}

function takeMessage(store, { channel, message: given }) {
  const message = inside(given, channel);
  const list = store.listOf(channel);
  const at = list.findIndex((known) => known.ts === message.ts);
  if (at >= 0) list[at] = message;
  else list.push(message);
  list.sort(byTs);
  store.threads.delete(channel);
  const kind = at >= 0 ? 'changed' : 'added';
  store.emit('message', { channel, message, kind });
}

function dropMessage(store, { channel, ts }) {
  const list = store.listOf(channel);
  const at = list.findIndex((message) => message.ts === ts);
  if (at < 0) return;
  const [message] = list.splice(at, 1);
  store.threads.delete(channel);
  store.emit('message', { channel, message, kind: 'deleted' });
}

function takeEphemeral(store, event) {
  const id = event.ephemeral_id ?? event.message.ephemeral_id ?? event.message.ts;
  const known = store.ephemerals.get(id);
  const channel = event.channel ?? known?.channel;
  const thread = event.thread_ts ?? known?.thread_ts ?? event.message.thread_ts;
  const entry = {
    id, channel, thread_ts: thread, message: inside({ ...event.message, ts: event.message.ts ?? id }, channel),
  };
  store.ephemerals.set(id, entry);
  store.emit('ephemeral', entry);
}

function dropEphemeral(store, { ephemeral_id: id }) {
  const entry = store.ephemerals.get(id);
  store.ephemerals.delete(id);
  if (entry) store.emit('ephemeral', { ...entry, gone: true });
}

function takePrompts(store, event) {
  store.prompts.set(event.channel, event);
  store.emit('prompts', event);
}

const APPLY = {
  snapshot: takeSnapshot,
  message: takeMessage,
  message_changed: takeMessage,
  message_deleted: dropMessage,
  ephemeral: takeEphemeral,
  ephemeral_changed: takeEphemeral,
  ephemeral_deleted: dropEphemeral,
  status: takeStatus,
  session: takeStatus,
  suggested_prompts: takePrompts,
  home: (store, { app_id: id, view }) => {
    store.homes.set(id, view);
    store.emit('home', { app_id: id });
  },
  channel_changed: (store, { channel }) => {
    store.channels.set(channel.id, channel);
    store.emit('channel', { channel: channel.id });
  },
  app_changed: (store, { app }) => {
    store.apps.set(app.app_id, { ...store.apps.get(app.app_id), ...app });
    store.emit('app', { app_id: app.app_id });
  },
  user_changed: (store, { user }) => {
    addUser(store, user);
    store.emit('channel', {});
  },
  view_opened: (store, event) => store.emit('view', event),
  view_pushed: (store, event) => store.emit('view', event),
  view_updated: (store, event) => store.emit('view', event),
  view_closed: (store, event) => store.emit('view', event),
  toast: (store, { text }) => store.emit('toast', { text }),
};

export const store = new Store();
