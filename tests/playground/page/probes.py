"""Questions asked of the page from inside it. Each is a JavaScript function for `page.evaluate`."""

# What could run or load something: event attributes, script addresses, embedded documents.
UNSAFE = """() => {
  const script = /^\\s*(javascript|vbscript|data):/i;
  const addresses = ['href', 'src', 'xlink:href', 'action'];
  const isUnsafe = (node) => node.getAttributeNames().some((name) =>
    name.startsWith('on') || (addresses.includes(name) && script.test(node.getAttribute(name))));
  const isForeign = (node) => node.tagName === 'SCRIPT'
    ? node.getAttribute('src') !== '/static/js/main.js'
    : ['IFRAME', 'OBJECT', 'EMBED', 'BASE'].includes(node.tagName);
  const all = [...document.querySelectorAll('*')];
  return all.filter((node) => isUnsafe(node) || isForeign(node)).map((node) => node.outerHTML);
}"""

# What can be used but has no name that could be read aloud.
NAMELESS = """() => {
  const usable = 'button, a[href], input, textarea, select, [role=listbox], [role=combobox],'
    + ' [tabindex="0"]';
  const picture = 'img[alt]:not([alt=""]), svg[aria-label]';
  const named = (node) => node.textContent.trim() || node.getAttribute('aria-label')
    || node.getAttribute('aria-labelledby') || node.title || node.labels?.length
    || node.querySelector(picture);
  return [...document.querySelectorAll(usable)]
    .filter((node) => !node.closest('[hidden]') && !named(node))
    .map((node) => node.outerHTML.slice(0, 200));
}"""

# Words whose contrast with what is behind them is below the 4.5 of WCAG AA.
CONTRAST = """() => {
  const words = '.author, .message-body, .quiet, .time, .btn, .channel-link, .mention, code,'
    + ' .person, .reply-count, .composer-error, a';
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const part = (value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const paper = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const ratio = (node) => {
    const pair = [light(parse(getComputedStyle(node).color)), light(paper(node))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  return [...document.querySelectorAll(words)]
    .filter((node) => node.textContent.trim() && node.checkVisibility() && !node.disabled)
    .map((node) => [ratio(node), node.className, node.textContent.trim().slice(0, 30)])
    .filter(([found]) => found < 4.5);
}"""

# The texts of the elements that an element is described by.
DESCRIPTION = """(node) => node.getAttribute('aria-describedby').split(' ')
  .map((id) => document.getElementById(id)?.textContent).join(' ')"""

# The widest content of anything that scrolls up and down.
WIDEST = """() => Math.max(...[document.scrollingElement,
  ...document.querySelectorAll('.scroller, .home')].map((node) => node.scrollWidth))"""

# A clipboard or a drag that carries one picture file.
CARRIED_FILE = """() => {
  const data = new DataTransfer();
  data.items.add(new File(['x'], 'pasted.png', { type: 'image/png' }));
  return data;
}"""
PASTE = """(node, data) => node.dispatchEvent(
  new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))"""
