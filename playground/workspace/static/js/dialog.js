/** A question in the middle of the page, answered with one of two buttons. */
import { append, el } from './dom.js';
import { plainText, textObject } from './mrkdwn.js';

/**
 * @param {{title?: any, text?: any, confirm?: any, deny?: any, style?: string}} confirm Slack's confirmation object
 * @returns {Promise<boolean>} true when confirmed
 */
export function ask(confirm) {
  return new Promise((resolve) => {
    const dialog = build(confirm);
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function build({ title, text, confirm, deny, style }) {
  const answer = (value) => () => dialog.close(value);
  const yes = el(`button.btn.${style === 'danger' ? 'danger' : 'primary'}`, { type: 'button', onclick: answer('yes'), dataset: { testid: 'confirm-yes' } },
    confirm ? plainText(confirm) : 'Yes');
  const no = el('button.btn',
    { type: 'button', onclick: answer('no'), dataset: { testid: 'confirm-no' } }, deny ? plainText(deny) : 'Cancel');
  const dialog = el('dialog.confirm', { 'aria-labelledby': 'confirm-title', dataset: { testid: 'confirm' } },
    append(el('h2', { id: 'confirm-title' }), title ? plainText(title) : 'Are you sure?'),
    append(el('div.confirm-text'), text ? textObject(text) : []),
    el('div.dialog-buttons', {}, no, yes));
  return dialog;
}
