/**
 * What the address says is shown: `#C1` a channel, `#C1/1699.0001` a thread in it, `#D1/home` or
 * `#D1/about` a tab of an app. A link to a message opens its thread.
 */

const TABS = new Set(['home', 'about']);

export const channelHash = (channel) => `#${channel}`;
export const threadHash = (channel, ts) => `#${channel}/${ts}`;
export const tabHash = (channel, tab) => (tab === 'messages' ? `#${channel}` : `#${channel}/${tab}`);

/** @returns {{channel: string|null, thread: string|null, tab: string}} */
export function readRoute() {
  const [channel, rest] = decodeURIComponent(location.hash.slice(1)).split('/');
  const tab = TABS.has(rest) ? rest : 'messages';
  return { channel: channel || null, thread: rest && !TABS.has(rest) ? rest : null, tab };
}

export function go(hash) {
  if (location.hash === hash) window.dispatchEvent(new HashChangeEvent('hashchange'));
  else location.hash = hash;
}

/** The address somebody else can open. */
export const messageLink = (channel, message) => {
  const root = message.thread_ts ?? message.ts;
  return `${location.origin}/${threadHash(channel, root)}`;
};
