/** The frame of a chart: where its plot lies, the levels of its value axis, and both axes drawn. */
import { svg } from '../dom.js';

/** The plot inside a drawing of this width. One unit is one pixel, so that words keep their size in a narrow thread. */
export const plot = (width) => ({ width, height: 260, left: 52, right: width - 12, top: 14, bottom: 206 });

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED = 4;

/** Round levels that hold all values, zero among them. */
export function levels(values) {
  const top = Math.max(0, ...values);
  const bottom = Math.min(0, ...values);
  const step = niceStep((top - bottom || 1) / WANTED);
  const low = Math.floor(bottom / step) * step;
  const high = Math.max(low + step, Math.ceil(top / step) * step);
  const ticks = [];
  for (let value = low; value <= high + step / 1000; value += step) ticks.push(Number(value.toPrecision(12)));
  return { low, high, ticks };
}

function niceStep(rough) {
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  return STEPS.find((step) => step * magnitude >= rough - magnitude * 1e-9) * magnitude;
}

export const scaleY = (area, scale, value) =>
  area.bottom - ((value - scale.low) / (scale.high - scale.low)) * (area.bottom - area.top);

/** The middle of the i-th of `count` slots. */
export const pointX = (area, i, count) => area.left + ((area.right - area.left) * (i + 0.5)) / Math.max(1, count);

export function axes(area, scale, categories, { x_label: xLabel, y_label: yLabel }) {
  return [
    ...scale.ticks.flatMap((value) => level(area, value, scaleY(area, scale, value))),
    ...categories.map((label, i) => categoryLabel(area, label, i, categories.length)),
    xLabel && svg('text.axis-label',
      { x: (area.left + area.right) / 2, y: area.height - 4, 'text-anchor': 'middle' }, xLabel),
    yLabel && svg('text.axis-label',
      { transform: `translate(11 ${(area.top + area.bottom) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, yLabel),
  ];
}

function level(area, value, y) {
  return [
    svg(`line.gridline${value === 0 ? '.zero' : ''}`, { x1: area.left, x2: area.right, y1: y, y2: y }),
    svg('text.tick', { x: area.left - 6, y: y + 4, 'text-anchor': 'end' }, short(value)),
  ];
}

const short = (value) => new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 }).format(value);

/** Many or long labels are slanted so that they do not run into each other. */
function categoryLabel(area, label, i, count) {
  const x = pointX(area, i, count);
  const room = (area.right - area.left) / count;
  const slanted = String(label).length * 6.2 > room;
  const attrs = slanted
    ? { transform: `translate(${x + 3} ${area.bottom + 13}) rotate(-32)`, 'text-anchor': 'end' }
    : { x, y: area.bottom + 17, 'text-anchor': 'middle' };
  return svg('text.tick', attrs, slanted && label.length > 12 ? `${label.slice(0, 11)}…` : label);
}
