/** The wire: one socket that the server pushes on, and one POST for each thing a person does. */
import { store } from './store.js';
import { toast } from './toast.js';

const RETRY_MS = [500, 1000, 2000, 5000];
const TRIES_AS_ASKED = 2;
let socket = null;
let user = null;
let failures = 0;
let forgotten = false;

/** The person this tab acts as: from the address, else remembered for the tab, else the server's choice. */
export function startUser() {
  const asked = new URLSearchParams(location.search).get('user');
  return asked || sessionStorage.getItem('user') || null;
}

/** Act as somebody; an open connection is replaced. */
export function connectAs(id) {
  user = id;
  if (id) rememberUser(id);
  const old = socket;
  socket = null;
  old?.close();
  open();
}

function rememberUser(id) {
  sessionStorage.setItem('user', id);
  const url = new URL(location.href);
  if (url.searchParams.get('user') === id) return;
  url.searchParams.set('user', id);
  history.replaceState(null, '', url);
}

function open() {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const query = user ? `?user=${encodeURIComponent(user)}` : '';
  const mine = new WebSocket(`${scheme}://${location.host}/client/ws${query}`);
  socket = mine;
  mine.addEventListener('message', (event) => mine === socket && receive(event.data));
  mine.addEventListener('close', () => mine === socket && retry());
}

function receive(data) {
  const event = JSON.parse(data);
  if (event.type === 'snapshot') {
    failures = 0;
    user = event.me?.id ?? user;
    if (forgotten && user) rememberUser(user);
    store.emit('online', { online: true });
  }
  store.apply(event);
}

function retry() {
  store.emit('online', { online: false });
  const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
  failures += 1;
  if (failures >= TRIES_AS_ASKED && !store.me) forgetUser();
  setTimeout(open, wait);
}

/** The person asked for may not exist at this server; then it chooses one. */
function forgetUser() {
  forgotten = true;
  user = null;
  sessionStorage.removeItem('user');
}

/**
 * Do something as the person of this tab.
 * @param {string} verb the part after /client/
 * @returns {Promise<{ok: boolean, error?: string, [more: string]: any}>} never rejects: a lost server is an answer too
 */
export async function send(verb, body = {}) {
  try {
    const response = await fetch(`/client/${verb}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: store.me?.id ?? user, ...body }),
    });
    return await response.json();
  } catch {
    return { ok: false, error: 'The workspace did not answer. Is the local server still running?' };
  }
}

/** The same, and a failure is shown as a short notice. */
export async function sendOrTell(verb, body) {
  const answer = await send(verb, body);
  if (!answer.ok) toast(answer.error ?? 'That did not work.', 'error');
  return answer;
}
