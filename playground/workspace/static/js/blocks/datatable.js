/** The data table: a caption, pages, sorting by a column, and a filter. */
import { append, el, uniqueId } from '../dom.js';
import { plural } from '../format.js';
import { iconButton } from '../icons.js';
import { cellContent, cellValue, scrolling } from './table.js';

const PAGE_SIZE = 5;

/** Page, order and filter are kept with the surface, so that a redraw does not lose them. */
export function dataTable(block, surface) {
  const key = `data_table:${block.block_id}`;
  if (!surface.ui.has(key)) surface.ui.set(key, { page: 0, column: null, down: false, filter: '' });
  return new DataTable(block, surface, surface.ui.get(key)).node;
}

class DataTable {
  constructor(block, surface, view) {
    Object.assign(this, { block, view, size: Math.max(1, block.page_size ?? PAGE_SIZE) });
    this.place = { surface, blockId: block.block_id, dispatches: true };
    [this.head = [], ...this.rows] = block.rows ?? [];
    this.body = el('tbody');
    this.heading = el('tr');
    this.status = el('span.quiet', { role: 'status' });
    this.previous = this.pager('Previous page', 'left', -1);
    this.next = this.pager('Next page', 'right', 1);
    this.node = this.frame();
    this.draw();
  }

  frame() {
    const title = uniqueId('caption');
    const grid = el('table.grid', { 'aria-labelledby': title }, el('thead', {}, this.heading), this.body);
    const filter = this.rows.length > this.size && el('input.field.table-filter', {
      type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the rows', value: this.view.filter,
      oninput: (event) => this.change({ filter: event.target.value, page: 0 }),
    });
    return el('div.data-table', {},
      el('div.table-head', {}, append(el('div.table-caption', { id: title }), this.block.caption ?? ''), filter),
      scrolling(this.block.caption ?? 'Table', grid),
      el('div.table-foot', {}, this.status, el('span.pager', {}, this.previous, this.next)));
  }

  pager(label, shape, step) {
    return iconButton(label, shape, () => this.change({ page: this.view.page + step }));
  }

  change(update) {
    Object.assign(this.view, update);
    this.draw();
  }

  sort(column) {
    const down = this.view.column === column && !this.view.down;
    this.change({ column, down, page: 0 });
    this.heading.children[column].querySelector('button').focus();
  }

  chosenRows() {
    const { filter, column, down } = this.view;
    const wanted = filter.trim().toLowerCase();
    const rows = this.rows.filter((row) => !wanted || row.some((cell) => String(cellValue(cell)).includes(wanted)));
    if (column === null) return rows;
    return [...rows].sort((a, b) => compare(cellValue(a[column]), cellValue(b[column])) * (down ? -1 : 1));
  }

  draw() {
    const rows = this.chosenRows();
    const pages = Math.max(1, Math.ceil(rows.length / this.size));
    this.view.page = Math.min(Math.max(0, this.view.page), pages - 1);
    const from = this.view.page * this.size;
    this.heading.replaceChildren(...this.head.map((cell, i) => this.headCell(cell, i)));
    this.body.replaceChildren(...rows.slice(from, from + this.size).map((row) => this.row(row)));
    this.status.textContent = rows.length > this.size
      ? `${from + 1}–${Math.min(from + this.size, rows.length)} of ${rows.length}` : plural(rows.length, 'row');
    this.previous.disabled = this.view.page === 0;
    this.next.disabled = this.view.page === pages - 1;
  }

  headCell(cell, column) {
    const sorted = this.view.column === column;
    const order = sorted ? (this.view.down ? 'descending' : 'ascending') : 'none';
    const mark = sorted ? (this.view.down ? ' ↓' : ' ↑') : '';
    const press = el('button.sort', { type: 'button', onclick: () => this.sort(column) }, cellContent(cell), mark);
    return el(`th${this.isNumber(column) ? '.right' : ''}`, { scope: 'col', 'aria-sort': order }, press);
  }

  row(row) {
    return el('tr', {}, row.map((cell, i) => append(
      i === (this.block.row_header_column_index ?? -1) ? el('th', { scope: 'row' }) : el(`td${this.isNumber(i) ? '.right' : ''}`),
      cellContent(cell, this.place))));
  }

  isNumber(column) {
    return this.rows.length > 0 && this.rows.every((row) => row[column]?.type === 'raw_number');
  }
}

function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
