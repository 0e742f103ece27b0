// Templates as tagged strings. What is put into one is escaped, unless it is itself a template's result.

import _ from 'underscore'

class Markup {
  constructor(text) {
    this.text = text
  }
}

/** html`<b>${name}</b>`: strings and numbers are escaped; lists are joined; null, undefined and false are nothing. */
export function html(strings, ...values) {
  return new Markup(strings.reduce((text, string, i) => text + render(values[i - 1]) + string))
}

/** Replaces what is in `el` by a template's result. The only place that sets innerHTML. */
export function fill(el, markup) {
  if (!(markup instanceof Markup)) throw new TypeError('fill(el, markup) takes the result of html`…` only')
  el.innerHTML = markup.text
  return el
}

/** The element that a template of one element stands for. */
export function element(markup) {
  return fill(document.createElement('template'), markup).content.firstElementChild
}

function render(value) {
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(render).join('')
  return value === null || value === undefined || value === false ? '' : _.escape(String(value))
}
