/**
 * Small drawings of the emoji an operations channel lives on, for machines that have no colour emoji
 * font (servers, containers, browsers under test). Elsewhere the font's own are used.
 */
import { svg } from './dom.js';

const circle = (fill, r = 8.5) => svg('circle', { cx: 10, cy: 10, r, fill });
const line = (d, stroke, width = 2) =>
  svg('path', { d, stroke, 'stroke-width': width, fill: 'none', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' });
const shape = (d, fill) => svg('path', { d, fill });
const box = (fill) => svg('rect', { x: 1.5, y: 1.5, width: 17, height: 17, rx: 3, fill });
const dot = (cx, cy, r, fill) => svg('circle', { cx, cy, r, fill });

const thumb = 'M7 9.5 10.3 2.5c1.9 0 2.5 1.4 2.2 3L12 8h4.5c1.3 0 1.9 1 1.6 2.2l-1.4 6c-.3 1.1-1 1.8-2.2 1.8H7zM2 9.5h3.5V18H2z';
const face = (...features) => () => [circle('#fcc931'), dot(7, 8, 1.2, '#664500'), dot(13, 8, 1.2, '#664500'), ...features.map((f) => f())];
const smile = () => line('M6 12.2c1.8 3 6.2 3 8 0', '#664500', 1.5);

/** @type {Record<string, () => SVGElement[]>} */
const ART = {
  '✅': () => [box('#3aa655'), line('M5.5 10.5 8.7 13.7 14.7 6.7', '#fff', 2.4)],
  '✔️': () => [line('M4 10.5 8.2 15 16.5 5', '#3aa655', 2.8)],
  '☑️': () => [box('#3b88c3'), line('M5.5 10.5 8.7 13.7 14.7 6.7', '#fff', 2.4)],
  '❌': () => [line('M4 4l12 12M16 4 4 16', '#dd2e44', 3)],
  '✖️': () => [line('M4 4l12 12M16 4 4 16', '#616b74', 3)],
  '🔴': () => [circle('#dd2e44')],
  '🟠': () => [circle('#f4900c')],
  '🟡': () => [circle('#fdcb58')],
  '🟢': () => [circle('#57a84f')],
  '🔵': () => [circle('#3b88e0')],
  '🟣': () => [circle('#9266cc')],
  '⚫': () => [circle('#31373d')],
  '⚪': () => [circle('#d8dfe4')],
  '⚠️': () => [shape('M10 1.8 19 17.5a1 1 0 0 1-.9 1.4H1.9a1 1 0 0 1-.9-1.4z', '#ffcc4d'), line('M10 7.5v5', '#31373d', 2), dot(10, 15.8, 1.2, '#31373d')],
  '🚨': () => [shape('M4.5 15a5.5 7 0 0 1 11 0z', '#dd2e44'), shape('M3 15h14v3.5H3z', '#67757f'), line('M10 2v2.2M3.5 4.5l1.5 1.7M16.5 4.5 15 6.2', '#dd2e44', 1.6)],
  '🔥': () => [shape('M10.5 1c.5 3.5 5.5 5.5 5.5 11a6 6 0 0 1-12 .5C4 9.5 5.5 8.5 6 6c1.5.700 2 2 2 3 1.8-2 2.5-4.5 2.5-8', '#f4900c'), shape('M10.3 9.5c.4 2 2.7 2.8 2.7 5.2a3 3 0 0 1-6 .2c0-2.2 2.8-2.9 3.3-5.4', '#ffcc4d')],
  '🚀': () => [shape('M19 1c-6 0-10 3.5-12.5 8L11 13.5C15.5 11 19 7 19 1', '#a0041e'), shape('M17.5 2.5C13 3 9.5 6 7.5 9.5l3 3c3.5-2 6.5-5.5 7-10', '#e1e8ed'), dot(13, 7, 1.8, '#3b88c3'), shape('M6.5 9 2 10.5l3-4.5 4 .3zM11 13.5 9.5 18l4.5-3-.3-4z', '#3b88c3'), shape('M5.5 12c-2 .8-3.3 3-3.5 6 3-.2 5.2-1.5 6-3.5z', '#f4900c')],
  '👀': () => [svg('ellipse', { cx: 5.6, cy: 10, rx: 4.2, ry: 6, fill: '#fff', stroke: '#66757f' }), svg('ellipse', { cx: 14.4, cy: 10, rx: 4.2, ry: 6, fill: '#fff', stroke: '#66757f' }), dot(4.3, 10.5, 2, '#292f33'), dot(13.1, 10.5, 2, '#292f33')],
  '👍': () => [shape(thumb, '#fcc931')],
  '👎': () => [svg('g', { transform: 'rotate(180 10 10)' }, shape(thumb, '#fcc931'))],
  '❤️': () => [shape('M10 18C4 13.5 1 10.5 1 6.7A4.7 4.7 0 0 1 10 4.5a4.7 4.7 0 0 1 9 2.2C19 10.5 16 13.5 10 18', '#dd2e44')],
  '🎉': () => [shape('M2 18.5 6.5 6.5l7 7z', '#fdcb58'), line('M10 7c1-2 0-3.5-.5-5M13 10c2-1 3.5-.5 5 0M11.5 8.5 16 4', '#9266cc', 1.6), dot(15.5, 14.5, 1.1, '#dd2e44'), dot(5, 3, 1.1, '#3b88e0'), dot(18, 6, 1.1, '#57a84f')],
  '📈': () => [box('#e1e8ed'), line('M4 14.5 8 10l3 2.5L16 5', '#dd2e44', 1.8)],
  '📉': () => [box('#e1e8ed'), line('M4 5.5 8 10l3-2.5 5 7', '#3b88c3', 1.8)],
  '📊': () => [box('#e1e8ed'), shape('M4.5 10H7v6H4.5z', '#57a84f'), shape('M8.8 4.5h2.5V16H8.8z', '#dd2e44'), shape('M13 7.5h2.5V16H13z', '#3b88c3')],
  '🐛': () => [shape('M2 14a3 3 0 0 1 5-2.2A3.2 3.2 0 0 1 12 10a3.5 3.5 0 0 1 6.5-2c1 4-1.5 9-8 9H5a3 3 0 0 1-3-3', '#77b255'), dot(15.5, 7.5, 1, '#292f33')],
  '🔍': () => [dot(8, 8, 6.5, '#99aab5'), dot(8, 8, 4.6, '#bbddf5'), line('M13 13l5 5', '#67757f', 2.8)],
  '🌅': () => [box('#f4900c'), dot(10, 13, 5, '#ffcc4d'), shape('M1.5 13h17v3.5a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2z', '#3b88c3')],
  '📣': () => [shape('M3 8.5h3.5L15 3.5v13L6.5 12.5H3z', '#dd2e44'), shape('M6.5 12.5 8 17.5h2.5L9 13z', '#99aab5'), line('M17 8.5c.8.8.8 2.2 0 3', '#f4900c', 1.6)],
  '✋': () => [shape('M5 9.5V5a1.2 1.2 0 0 1 2.4 0v3V3.3a1.2 1.2 0 0 1 2.4 0V8 3.8a1.2 1.2 0 0 1 2.4 0v4.700V5.5a1.2 1.2 0 0 1 2.4 0V12c0 3.5-2 6-5 6s-5.5-2-6.600-5.5c-.5-1.700 1.3-2.5 2-3z', '#fcc931')],
  '🔒': () => [line('M6 9V6.5a4 4 0 0 1 8 0V9', '#aab8c2', 2), svg('rect', { x: 3.5, y: 8.5, width: 13, height: 10, rx: 2, fill: '#ffac33' })],
  '🔔': () => [shape('M10 1.5c-4 0-5.5 3-5.5 6.5 0 4-2 5-2 7h15c0-2-2-3-2-7 0-3.5-1.5-6.5-5.5-6.5M8 16.5h4a2 2 0 0 1-4 0', '#ffac33')],
  '🔕': () => [shape('M10 1.5c-4 0-5.5 3-5.5 6.5 0 4-2 5-2 7h15c0-2-2-3-2-7 0-3.5-1.5-6.5-5.5-6.5M8 16.5h4a2 2 0 0 1-4 0', '#aab8c2'), line('M2.5 2.5l15 15', '#dd2e44', 2.2)],
  '🚩': () => [line('M4 2v17', '#67757f', 2), shape('M5 2.5 17.5 7 5 11.5z', '#dd2e44')],
  '🗂️': () => [shape('M1.5 5.5h6l1.5 2h9.5V17h-17z', '#ffac33'), shape('M3.5 3.5h6l1.2 1.8h6.8v2.2H3.5z', '#e1e8ed'), shape('M1.5 9h17v8h-17z', '#ffcc4d')],
  '⚡': () => [shape('M12 1 3.5 11.5h5L7 19l9.5-11.5h-5.5z', '#ffac33')],
  '💡': () => [shape('M10 1a6.3 6.3 0 0 0-3.5 11.5c.8.6 1 1.5 1 2.5h5c0-1 .2-1.9 1-2.5A6.3 6.3 0 0 0 10 1', '#ffd983'), shape('M7.5 15.8h5v1.7l-1 1.5h-3l-1-1.5z', '#99aab5')],
  '⏳': () => [shape('M4 1.5h12V4l-4.8 6L16 16v2.5H4V16l4.8-6L4 4z', '#ffe8b6'), shape('M6 16.5 10 12l4 4.5z', '#ffac33'), line('M4 2h12M4 18h12', '#3b88c3', 2)],
  '⭐': () => [shape('M10 1l2.7 5.8 6.3.8-4.6 4.3 1.2 6.2L10 15.1l-5.6 3 1.2-6.2L1 7.6l6.3-.8z', '#ffac33')],
  '✨': () => [shape('M8 3l1.7 5.3L15 10l-5.3 1.7L8 17l-1.7-5.3L1 10l5.3-1.7zM16 1l.8 2.2L19 4l-2.2.8L16 7l-.8-2.2L13 4l2.2-.8zM16.5 13l.6 1.9 1.9.6-1.9.6-.6 1.9-.6-1.9-1.9-.6 1.9-.6z', '#ffac33')],
  '👋': () => [svg('g', { transform: 'rotate(-20 10 10)' }, shape('M5 9V5a1.2 1.2 0 0 1 2.4 0v3-5a1.2 1.2 0 0 1 2.4 0v5-4.5a1.2 1.2 0 0 1 2.4 0V9l.3-2.5a1.2 1.2 0 0 1 2.4.3V13a5 5 0 0 1-9 3L3 11.5c-.8-1.5 1-2.3 2-1z', '#fcc931'))],
  '🙏': () => [shape('M9.7 2c-2 3-2.2 6-4.7 9.5L3 16l3 2.5 3.7-4.5zM10.3 2c2 3 2.2 6 4.7 9.5L17 16l-3 2.5-3.7-4.5z', '#fcc931')],
  '🙌': () => [shape('M3 3l2 5.5L5.5 2l2 6c1 3 .5 6-1 8l-3.5 1c-2-3-2-8 0-14M17 3l-2 5.5L14.5 2l-2 6c-1 3-.5 6 1 8l3.5 1c2-3 2-8 0-14', '#fcc931')],
  '🤖': () => [svg('rect', { x: 3, y: 5.5, width: 14, height: 12, rx: 3, fill: '#99aab5' }), dot(7.2, 10, 1.8, '#3b88e0'), dot(12.8, 10, 1.8, '#3b88e0'), line('M7 14h6M10 5.5v-3', '#55636e', 1.6), dot(10, 2.2, 1.2, '#dd2e44')],
  '⏸️': () => [box('#3b88c3'), shape('M6 5.5h2.8v9H6zM11.2 5.5H14v9h-2.8z', '#fff')],
  '⛔': () => [circle('#dd2e44'), shape('M4.5 8.5h11v3h-11z', '#fff')],
  '🚫': () => [circle('#dd2e44'), dot(10, 10, 6, '#fff'), line('M5 5l10 10', '#dd2e44', 2.6)],
  '🛑': () => [shape('M6.5 1.5h7l5 5v7l-5 5h-7l-5-5v-7z', '#dd2e44'), shape('M5 8.5h10v3H5z', '#fff')],
  'ℹ️': () => [box('#3b88c3'), dot(10, 5.8, 1.4, '#fff'), line('M10 9.5v5.5', '#fff', 2.4)],
  '💥': () => [shape('M10 1l1.5 5L16 3l-1.5 5 5 1-4.5 2.5 3.5 4-5-1-.5 5L10 15l-3.5 4-.5-5-5 1.5L4 11 .5 8.5l5-.5L4 3l4.5 3z', '#f4900c'), dot(10, 10.3, 2.8, '#ffe8b6')],
  '📎': () => [line('M14.5 9.5 9.3 14.7a3 3 0 0 1-4.3-4.3l6-6a2 2 0 0 1 2.9 2.9l-6 6', '#67757f', 1.6)],
  '📝': () => [svg('rect', { x: 3, y: 1.5, width: 13, height: 17, rx: 1.5, fill: '#e1e8ed' }), line('M5.5 6h8M5.5 9h8M5.5 12h4', '#8899a6', 1.2), line('M10.5 16 18 8.5', '#f4900c', 2.2)],
  '📌': () => [dot(12.5, 6.5, 4.5, '#dd2e44'), line('M9.5 10 3 17.5', '#99aab5', 1.6)],
  '⚙️': () => [circle('#66757f', 7.5), line('M10 1v3M10 16v3M1 10h3M16 10h3M3.6 3.6l2.2 2.2M14.2 14.2l2.2 2.2M16.4 3.6l-2.2 2.2M5.8 14.2l-2.2 2.2', '#66757f', 3), dot(10, 10, 3, '#e1e8ed')],
  '⚓': () => [dot(10, 3.5, 2.3, '#269'), dot(10, 3.5, 1, '#e1e8ed'), line('M10 6v12M6 8.5h8M2.5 11.5c0 4 3.5 6.5 7.5 6.5s7.5-2.5 7.5-6.5', '#269', 2)],
  '🧭': () => [circle('#99aab5'), dot(10, 10, 6.5, '#e1e8ed'), shape('M14 6l-2.5 5.5L6 14l2.5-5.5z', '#dd2e44')],
  '🤔': face(() => line('M7 13.5c2-1 4-1 6 .5', '#664500', 1.5), () => line('M5 5.5c1-.8 2-.8 3 0', '#664500', 1.2)),
  '🙂': face(smile),
  '😄': face(() => shape('M5 11h10c0 6-10 6-10 0', '#664500')),
  '😀': face(() => shape('M5 11h10c0 6-10 6-10 0', '#664500')),
  '😬': face(() => svg('rect', { x: 5, y: 11, width: 10, height: 4, rx: 1.5, fill: '#fff' })),
  '🕵️': face(smile, () => shape('M2 6.5h16L15 4.8 14 1.5H6L5 4.8z', '#3b3b44')),
  '💬': () => [shape('M2 4a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H9l-4.5 4v-4H4a2 2 0 0 1-2-2z', '#bdddf4')],
  '🎫': () => [shape('M1.5 5.5h17V9a1.5 1.5 0 0 0 0 3v3.5h-17V12a1.5 1.5 0 0 0 0-3z', '#ffcc4d'), line('M6 8h8M6 10.5h8M6 13h5', '#c1694f', 1.1)],
  '💰': () => [shape('M7 2h6l-1.5 3.5C15.5 7.5 17.5 11 17.5 14c0 3-2.5 4.5-7.5 4.5S2.5 17 2.5 14c0-3 2-6.5 6-8.5z', '#fdd888'), line('M10 9v7M12 10.5c-1-1-4-1-4 .6 0 1.9 4 .9 4 2.8 0 1.6-3 1.6-4 .6', '#bf6952', 1.2)],
};

let colour;

/** Whether this browser paints emoji in colour. Tried once, on a small canvas. */
function hasColourEmoji() {
  if (colour === undefined) colour = paintsColour();
  return colour;
}

function paintsColour() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 24;
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  if (!brush) return true;
  brush.font = '20px sans-serif';
  brush.fillText('😀', 0, 20);
  const { data } = brush.getImageData(0, 0, 24, 24);
  return data.some((value, i) => i % 4 === 0 && data[i + 3] > 0 && (value !== data[i + 1] || value !== data[i + 2]));
}

/** @returns {SVGElement|null} a drawing of this character, where one is needed and we have one */
export function drawing(character, label) {
  const draw = hasColourEmoji() ? null : ART[character] ?? ART[`${character}\uFE0F`];
  return draw ? svg('svg.emoji-art', { viewBox: '0 0 20 20', role: 'img', 'aria-label': label }, draw()) : null;
}

const DRAWN = new RegExp(`(?:${Object.keys(ART).map((key) => key.replace('\uFE0F', '\uFE0F?')).join('|')})`, 'gu');

/** Cut text at the emoji that we would draw. @returns {{text: string, emoji: boolean}[]} */
export function splitDrawn(text) {
  if (hasColourEmoji()) return [{ text, emoji: false }];
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(DRAWN)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), emoji: false });
    parts.push({ text: match[0], emoji: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), emoji: false });
  return parts;
}
