// Makes elements without markup: no text of the app's is ever parsed.

/** An element with attributes (`true` is an empty one, `false` and `undefined` none), `on…` handlers, and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else set(element, name, value)
  }
  element.append(...children)
  return element
}

/** Sets or removes an attribute; one that is the same is left alone, so that nobody hears of it again. */
export function set(element, name, value) {
  if (value === undefined || value === false || value === null) element.removeAttribute(name)
  else if (element.getAttribute(name) !== String(value === true ? '' : value)) element.setAttribute(name, value === true ? '' : value)
}

/** Sets the text of an element that has nothing else in it. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}
