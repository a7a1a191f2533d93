/** What somebody has not read yet in a channel, and how much of it is meant for them. */
import { inChannel, isDirect, isReply, store } from './store.js';

/** @returns {{count: number, mentions: number}} */
export function unread(channel) {
  const since = store.reads.get(channel.id);
  const fresh = store.listOf(channel.id).filter((message) =>
    message.ts > since && message.user !== store.me?.id && (inChannel(message) || concerns(message)));
  const mentions = isDirect(channel) ? fresh.length : fresh.filter(mentionsMe).length;
  return { count: fresh.length, mentions };
}

/** A reply counts when it is in a direct message, in a thread one takes part in, or names one. */
function concerns(message) {
  if (!isReply(message)) return true;
  const channel = store.channels.get(message.channel);
  if ((channel && isDirect(channel)) || mentionsMe(message)) return true;
  const thread = [store.find(message.channel, message.thread_ts), ...store.replies(message.channel, message.thread_ts)];
  return thread.some((other) => other?.user === store.me?.id);
}

function mentionsMe(message) {
  return Boolean(store.me) && JSON.stringify([message.text, message.blocks ?? []]).includes(store.me.id);
}

/** The first message of a channel that is new to this person. */
export function firstUnread(channelId) {
  const since = store.reads.get(channelId);
  return store.listOf(channelId).find((message) => message.ts > since && inChannel(message) && message.user !== store.me?.id)?.ts;
}

export function markRead(channelId) {
  store.reads.mark(channelId, store.listOf(channelId).at(-1)?.ts);
}
