/** Which module draws which element. */
import { el } from '../dom.js';
import { store } from '../store.js';
import { button, feedbackButtons, iconButton, overflow } from './button.js';
import { checkboxes, radioButtons } from './choices.js';
import { dateElement } from './dates.js';
import { fileInput, richTextInput, textInput } from './inputs.js';
import { SELECT_TYPES, select } from './select.js';

const ELEMENTS = {
  button,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  overflow,
  checkboxes,
  radio_buttons: radioButtons,
  datepicker: dateElement,
  timepicker: dateElement,
  datetimepicker: dateElement,
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  rich_text_input: richTextInput,
  file_input: fileInput,
  ...Object.fromEntries(SELECT_TYPES.map((type) => [type, select])),
};

/**
 * @param {any} element a Block Kit element
 * @param {import('./act.js').Place} place
 * @returns {Node|null} null when this person is not meant to see it
 */
export function renderElement(element, place) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(store.me?.id)) return null;
  const draw = Object.hasOwn(ELEMENTS, element.type) ? ELEMENTS[element.type] : null;
  return draw ? draw({ ...element, action_id: element.action_id ?? element.type }, place) : unknown('element', element.type);
}

/** The grey box that stands for what this page cannot draw, so that nothing is silently lost. */
export function unknown(what, type) {
  return el('div.unknown', { dataset: { testid: 'unknown' } }, `unknown ${what} type ${type}`);
}
