/** Charts of the data_visualization block, drawn as SVG, each with its figures as a table. */
import { append, el, svg, uniqueId } from '../dom.js';
import { unknown } from '../elements/index.js';
import { axes, levels, plot, pointX, scaleY } from './chartscale.js';
import { scrolling } from './table.js';

const COLOURS = 12;
const USUAL_WIDTH = 560;
const MIN_WIDTH = 160;
const colour = (i) => `series-${i % COLOURS}`;
const DRAW = { bar: bars, line: lines, area: areas };

export function chart(block) {
  const { chart: data = {} } = block;
  if (data.type !== 'pie' && !Object.hasOwn(DRAW, data.type)) return unknown('chart', data.type);
  const title = uniqueId('chart');
  const label = `${block.title}. ${describe(data)}`;
  const drawing = data.type === 'pie' ? pieDrawing(data, label) : seriesDrawing(data, label);
  return el('figure.chart-figure', { 'aria-labelledby': title },
    el('figcaption', { id: title }, block.title),
    el(`div.chart-body${data.type === 'pie' ? '.round' : ''}`, {}, drawing, legend(names(data))),
    figures(block.title, data));
}

/** Drawn for the width it gets, and again when that changes. */
function seriesDrawing(data, label) {
  const drawing = svg('svg.chart', { role: 'img', 'aria-label': label });
  let drawn = 0;
  const draw = (width) => {
    if (width < MIN_WIDTH || Math.abs(width - drawn) < 8) return;
    drawn = width;
    drawing.setAttribute('viewBox', `0 0 ${width} ${plot(width).height}`);
    drawing.replaceChildren(...append(svg('g'), seriesNodes(data, plot(width))).childNodes);
  };
  draw(USUAL_WIDTH);
  new ResizeObserver(([entry]) => draw(Math.round(entry.contentRect.width))).observe(drawing);
  return drawing;
}

function seriesNodes(data, area) {
  const categories = categoriesOf(data);
  const series = (data.series ?? []).map((one) => ({ name: one.name, values: valuesFor(one, categories) }));
  const scale = levels(series.flatMap((one) => one.values));
  return [axes(area, scale, categories, data.axis_config ?? {}), DRAW[data.type](series, categories, scale, area)];
}

const categoriesOf = (data) => data.axis_config?.categories ?? (data.series?.[0]?.data ?? []).map((point) => point.label);

function names(data) {
  if (data.type !== 'pie') return data.series?.length > 1 ? data.series.map((one) => one.name) : [];
  const segments = segmentsOf(data);
  return segments.map((segment) => `${segment.label} · ${percent(segment.value / sum(segments))}`);
}

function valuesFor(series, categories) {
  const known = new Map((series.data ?? []).map((point) => [point.label, Number(point.value)]));
  return categories.map((label) => known.get(label) ?? 0);
}

function bars(series, categories, scale, area) {
  const slot = (area.right - area.left) / Math.max(1, categories.length);
  const width = Math.min(44, (slot * 0.72) / Math.max(1, series.length));
  return categories.flatMap((label, c) => series.map((one, s) => {
    const middle = area.left + slot * (c + 0.5);
    const x = middle + (s - series.length / 2) * width;
    const [top, base] = [
      scaleY(area, scale, Math.max(0, one.values[c])), scaleY(area, scale, Math.min(0, one.values[c]))];
    return svg(`rect.fill.${colour(s)}`, { x: x + 1, y: top, width: Math.max(1, width - 2), height: Math.max(0.5, base - top), rx: 2 },
      svg('title', {}, `${one.name}, ${label}: ${one.values[c]}`));
  }));
}

const points = (one, scale, area) => one.values.map((value, i) => [
  pointX(area, i, one.values.length), scaleY(area, scale, value)]);
const path = (list) => list.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

function lines(series, categories, scale, area) {
  return series.flatMap((one, s) => {
    const list = points(one, scale, area);
    const dots = list.map(([cx, cy], i) => svg(`circle.fill.${colour(s)}`, { cx, cy, r: 3 },
      svg('title', {}, `${one.name}, ${categories[i]}: ${one.values[i]}`)));
    return [svg(`path.stroke.${colour(s)}`, { d: path(list) }), ...dots];
  });
}

function areas(series, categories, scale, area) {
  const base = scaleY(area, scale, Math.max(0, scale.low));
  const fills = series.map((one, s) => {
    const list = points(one, scale, area);
    if (!list.length) return null;
    return svg(`path.area.${colour(s)}`, { d: `${path(list)}L${list.at(-1)[0]} ${base}L${list[0][0]} ${base}Z` });
  });
  return [...fills, ...lines(series, categories, scale, area)];
}

const segmentsOf = (data) => (data.segments ?? []).filter((segment) => segment.value > 0);
const sum = (segments) => segments.reduce((total, segment) => total + segment.value, 0);

function pieDrawing(data, label) {
  const segments = segmentsOf(data);
  const total = sum(segments);
  let from = 0;
  const slices = segments.map((segment, i) => {
    const share = segment.value / total;
    const node = slice(from, share, i, `${segment.label}: ${segment.value} (${percent(share)})`);
    from += share;
    return node;
  });
  return svg('svg.chart', { viewBox: '0 0 200 200', role: 'img', 'aria-label': label }, slices);
}

const percent = (share) => `${Math.round(share * 1000) / 10}%`;

function slice(from, share, i, label) {
  const title = svg('title', {}, label);
  if (share >= 0.9999) return svg(`circle.fill.${colour(i)}`, { cx: 100, cy: 100, r: 92 }, title);
  const at = (turn) => {
    const angle = turn * 2 * Math.PI;
    return `${(100 + 92 * Math.sin(angle)).toFixed(2)} ${(100 - 92 * Math.cos(angle)).toFixed(2)}`;
  };
  const d = `M100 100L${at(from)}A92 92 0 ${share > 0.5 ? 1 : 0} 1 ${at(from + share)}Z`;
  return svg(`path.fill.slice.${colour(i)}`, { d }, title);
}

function legend(list) {
  if (!list.length) return null;
  return el('ul.legend', {}, list.map((name, i) => el('li', {}, el(`span.key.${colour(i)}`), name)));
}

function describe(data) {
  const parts = data.type === 'pie' ? data.segments : data.series;
  return `${data.type} chart of ${(parts ?? []).map((one) => one.label ?? one.name).join(', ')}. The figures are in the table below it.`;
}

function figures(title, data) {
  const [head, rows] = data.type === 'pie' ? pieRows(data) : seriesRows(data);
  const cells = (row, tag) => el('tr',
    {}, row.map((value, i) => append(el(`${tag}${i ? '.right' : ''}`), String(value))));
  return el('details.figures', {}, el('summary', {}, 'Show the figures'),
    scrolling(`Figures of ${title}`, el('table.grid', {},
      el('thead', {}, cells(head, 'th')), el('tbody', {}, rows.map((row) => cells(row, 'td'))))));
}

const pieRows = (data) => [['Part', 'Value'], (data.segments ?? []).map((segment) => [segment.label, segment.value])];

function seriesRows(data) {
  const series = data.series ?? [];
  const categories = categoriesOf(data);
  const values = series.map((one) => valuesFor(one, categories));
  return [
    [data.axis_config?.x_label ?? '', ...series.map((one) => one.name)],
    categories.map((label, i) => [label, ...values.map((list) => list[i])])];
}
