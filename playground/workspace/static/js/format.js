/** Times, dates and sizes as a person reads them, in that person's time zone. */

const LOCALE = 'en-US';
let timeZone;

/** Set the zone all times are shown in, e.g. "Europe/Lisbon"; an unknown one falls back to the browser's. */
export function useTimeZone(zone) {
  timeZone = undefined;
  try {
    new Intl.DateTimeFormat(LOCALE, { timeZone: zone });
    timeZone = zone || undefined;
  } catch {
    timeZone = undefined;
  }
}

function format(date, options) {
  return new Intl.DateTimeFormat(LOCALE, { timeZone, ...options }).format(date);
}

/** @param {string|number} ts Slack's message time: seconds since 1970, with a fraction */
const toDate = (ts) => new Date(Number.parseFloat(String(ts)) * 1000);

export const clockTime = (ts) => format(toDate(ts), { hour: 'numeric', minute: '2-digit' });
export const clockShort = (ts) => clockTime(ts).replace(/\s?[AP]M/i, '');
export const dayKey = (ts) => format(toDate(ts), { year: 'numeric', month: '2-digit', day: '2-digit' });
export const fullTime = (ts) => format(toDate(ts), { dateStyle: 'full', timeStyle: 'medium' });

/** "Today", "Yesterday" or the date written out. */
export function dayName(ts, now = Date.now() / 1000) {
  if (dayKey(ts) === dayKey(now)) return 'Today';
  if (dayKey(ts) === dayKey(now - 86400)) return 'Yesterday';
  return format(toDate(ts), { weekday: 'long', month: 'long', day: 'numeric' });
}

/** "5 minutes ago", for the line below a message with a thread. */
export function ago(ts, now = Date.now() / 1000) {
  const seconds = Math.max(0, now - Number.parseFloat(String(ts)));
  for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]]) {
    const count = Math.floor(seconds / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

const DATE_TOKENS = {
  date_num: (d) => numericDate(d),
  date_slash: (d) => format(d, { year: 'numeric', month: '2-digit', day: '2-digit' }),
  date: (d) => format(d, { month: 'long', day: 'numeric', year: 'numeric' }),
  date_short: (d) => format(d, { month: 'short', day: 'numeric', year: 'numeric' }),
  date_long: (d) => format(d, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }),
  day_divider_pretty: (d) => dayName(d.getTime() / 1000),
  time: (d) => format(d, { hour: 'numeric', minute: '2-digit' }),
  time_secs: (d) => format(d, { hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  ago: (d) => ago(d.getTime() / 1000),
};

function numericDate(date) {
  const [month, day, year] = format(date, { year: 'numeric', month: '2-digit', day: '2-digit' }).split('/');
  return `${year}-${month}-${day}`;
}

function pretty(token, date) {
  const name = dayName(date.getTime() / 1000);
  return ['Today', 'Yesterday'].includes(name) ? name.toLowerCase() : DATE_TOKENS[token](date);
}

/** Slack's `{date_short} at {time}` templates; a token we do not know stays as it is. */
export function dateTemplate(epoch, template) {
  const date = toDate(epoch);
  if (Number.isNaN(date.getTime())) return null;
  return template.replace(/\{(\w+)\}/g, (whole, token) => {
    if (DATE_TOKENS[token]) return DATE_TOKENS[token](date);
    const plain = token.replace(/_pretty$/, '');
    return DATE_TOKENS[plain] ? pretty(plain, date) : whole;
  });
}

/** The wall clock of the person's zone at a moment, as date inputs write it: "2026-11-20T10:30". */
export function wallClock(epoch) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-US', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(toDate(epoch)).map((part) => [part.type, part.value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The moment at which the person's wall clock shows this, in seconds since 1970. */
export function fromWallClock(text) {
  const asUtc = (clock) => Date.parse(`${clock}Z`) / 1000;
  let epoch = asUtc(text);
  // Twice, because the first guess may lie on the other side of a change to or from summer time.
  for (let i = 0; i < 2; i += 1) epoch += asUtc(text) - asUtc(wallClock(epoch));
  return epoch;
}

export function fileSize(bytes) {
  if (!Number.isFinite(bytes)) return '';
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export const plural = (count, word, many = `${word}s`) => `${count} ${count === 1 ? word : many}`;
