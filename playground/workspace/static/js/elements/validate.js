/** What Slack checks before it sends a form. */

const MESSAGES = {
  missing: 'Please complete this required field.',
  number: 'Enter a number.',
  whole: 'Enter a whole number.',
  email: 'Enter an e-mail address, like ana@example.com.',
  url: 'Enter a web address, like https://example.com.',
};

/**
 * @param {any[]} blocks
 * @param {import('../surface.js').Surface} surface
 * @returns {Record<string, string>} block_id to what is wrong there
 */
export function problems(blocks, surface) {
  const found = {};
  for (const block of blocks) {
    if (block.type !== 'input') continue;
    const value = surface.get(block.block_id, block.element.action_id ?? block.element.type);
    const text = problem(block, value);
    if (text) found[block.block_id] = text;
  }
  return found;
}

function problem(block, value) {
  if (isEmpty(value)) return block.optional ? null : MESSAGES.missing;
  const { element } = block;
  if (element.type === 'number_input') return numberProblem(element, value.value);
  if (element.type === 'email_text_input') return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.value) ? null : MESSAGES.email;
  if (element.type === 'url_text_input') return /^https?:\/\/\S+$/i.test(value.value) ? null : MESSAGES.url;
  if (element.min_length && value.value.length < element.min_length) return `Enter at least ${element.min_length} characters.`;
  return null;
}

function isEmpty(value) {
  if (!value) return true;
  const { type, ...fields } = value;
  const blank = (field) => (Array.isArray(field) ? !field.length : field === null || field === undefined || field === '');
  return Object.values(fields).every(blank);
}

function numberProblem(element, text) {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return MESSAGES.number;
  if (!element.is_decimal_allowed && !Number.isInteger(value)) return MESSAGES.whole;
  if (element.min_value !== undefined && value < Number(element.min_value)) return `Enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && value > Number(element.max_value)) return `Enter ${element.max_value} or less.`;
  return null;
}
