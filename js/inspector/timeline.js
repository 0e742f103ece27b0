// The timeline: from a change to its results, the newest last, as a console has it.

import { h } from './dom.js'
import { took } from './words.js'

/** As many rows as `App.explain` remembers steps. */
const MAX_ROWS = 500

export class Timeline {
  #rows = []
  #matches = () => true
  #list
  #empty

  constructor() {
    this.#list = h('ol', { class: 'steps' })
    this.#empty = h('p', { class: 'empty' }, 'Nothing has changed yet. What the feed announces shows up here, with what became of it.')
    this.element = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Timeline' }, this.#empty, this.#list)
  }

  /** The rows that the filter leaves, without their elements. */
  get shown() {
    return this.#rows.filter(this.#matches).map(({ element, ...row }) => row)
  }

  /** Adds rows at the end. Who reads the end goes on to read it; who has scrolled up stays where they are. */
  add(rows) {
    if (!rows.length) return
    const { element } = this
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 24
    for (const row of rows) this.#rows.push({ ...row, element: this.#item(row) })
    this.#list.append(...this.#rows.slice(-rows.length).map(({ element }) => element))
    for (const { element } of this.#rows.splice(0, Math.max(0, this.#rows.length - MAX_ROWS))) element.remove()
    this.#empty.hidden = true
    this.filter(this.#matches)
    if (atEnd) element.scrollTop = element.scrollHeight
  }

  /** Shows those rows only for which `matches(row)`; gives how many they are. */
  filter(matches) {
    this.#matches = matches
    let shown = 0
    for (const row of this.#rows) {
      row.element.hidden = !matches(row)
      if (!row.element.hidden) shown++
    }
    return shown
  }

  #item({ time, since, stage, tone, name, hint, words }) {
    const at = since === undefined || stage === 'change' ? clock(time) : `+${took(since)}`
    return h('li', { 'data-stage': stage, 'data-tone': tone || undefined },
      h('span', { class: 'at' }, at), h('span', { class: 'stage' }, stage),
      h('span', { class: 'text' }, h('span', { class: 'name' }, name), ' ', h('span', { class: 'hint' }, hint), ' ', words))
  }
}

/** A time of `performance.now()` as the clock shows it: `14:03:07.120`. */
function clock(time) {
  const date = new Date(performance.timeOrigin + time)
  const two = number => String(number).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
