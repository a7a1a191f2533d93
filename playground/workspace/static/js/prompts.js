/** The suggested prompts an app shows where nothing has been said yet. */
import { sendOrTell } from './api.js';
import { el } from './dom.js';
import { store } from './store.js';

/** @param {import('./store.js').Channel} channel */
export function promptsFor(channel) {
  const app = store.appOf(channel);
  const pushed = store.prompts.get(channel.id);
  const prompts = pushed?.prompts ?? app?.suggested_prompts ?? [];
  if (!prompts.length) return null;
  return el('div.prompts', { dataset: { testid: 'prompts' } },
    el('p', {}, pushed?.title || 'Try one of these:'),
    prompts.map((prompt) => promptButton(channel, prompt, pushed?.thread_ts)));
}

function promptButton(channel, prompt, thread) {
  const post = () => sendOrTell('post',
    { channel: channel.id, text: prompt.message, ...(thread ? { thread_ts: thread } : {}) });
  return el('button.prompt', { type: 'button', title: prompt.message, onclick: post }, prompt.title);
}
