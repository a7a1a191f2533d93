/** Dates and times, with the browser's own pickers. */
import { el } from '../dom.js';
import { fromWallClock, wallClock } from '../format.js';
import { change, marks } from './act.js';

const KINDS = {
  datepicker: { type: 'date', field: 'selected_date', initial: 'initial_date', name: 'Date' },
  timepicker: { type: 'time', field: 'selected_time', initial: 'initial_time', name: 'Time' },
  datetimepicker: {
    type: 'datetime-local', field: 'selected_date_time', initial: 'initial_date_time', name: 'Date and time',
  },
};

export function dateElement(element, place) {
  const kind = KINDS[element.type];
  const start = { type: element.type, [kind.field]: element[kind.initial] ?? null };
  const value = place.surface.keep(place.blockId, element.action_id, start)[kind.field];
  const box = el('input.field.date-field', {
    ...marks(element, place), type: kind.type, value: toField(kind, value), title: element.placeholder?.text,
    'aria-label': place.input ? null : element.placeholder?.text ?? kind.name,
    onchange: () => changed(),
  });
  const changed = async () => {
    const done = await change(element, place, { type: element.type, [kind.field]: fromField(kind, box.value) }, box);
    if (!done) box.value = toField(kind, place.surface.get(place.blockId, element.action_id)[kind.field]);
  };
  return box;
}

function toField(kind, value) {
  if (value === null || value === undefined) return '';
  return kind.type === 'datetime-local' ? wallClock(value) : value;
}

function fromField(kind, value) {
  if (!value) return null;
  return kind.type === 'datetime-local' ? fromWallClock(value) : value;
}
