// The events pane: groups of rows, drawn in place.
//
// Rows have neither focus nor selection: an element is used again for whatever row is at its place.

import { h, say, set } from './dom.js'

/** What stands before rows of a kind. */
const LABELS = { event: 'event', listener: 'listener', target: 'listens to', longest: 'longest', removed: 'removed', many: 'many' }

export class EventsView {
  #groups = []
  #filter = ''
  /** Of each group by its id, what it is drawn with. */
  #drawn = new Map()

  constructor() {
    this.element = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Handlers' })
  }

  /** The groups, with those rows that the filter leaves. */
  get shown() {
    const matches = ({ name, hint, status }) => `${name} ${hint} ${status}`.toLowerCase().includes(this.#filter)
    return this.#groups.map(group => ({ ...group, rows: group.rows.filter(matches) }))
  }

  /** How many warnings there are, whatever is shown of them. */
  get warnings() {
    return this.#groups.find(({ id }) => id === 'warnings')?.count ?? 0
  }

  show(groups) {
    this.#groups = groups
    this.#render()
  }

  /** Shows those rows only that have the text; gives how many they are. */
  filter(text) {
    this.#filter = text
    this.#render()
    return this.shown.reduce((sum, { rows }) => sum + rows.length, 0)
  }

  #render() {
    const { shown } = this
    for (const [id, { element }] of this.#drawn) {
      if (shown.some(group => group.id === id)) continue
      element.remove()
      this.#drawn.delete(id)
    }
    shown.forEach((group, at) => {
      const { element } = this.#group(group)
      if (this.element.children[at] !== element) this.element.insertBefore(element, this.element.children[at] ?? null)
    })
  }

  #group({ id, name, hint, sum, tone, rows }) {
    let group = this.#drawn.get(id)
    if (!group) {
      const parts = ['name', 'hint', 'sum'].map(part => h('span', { class: part }))
      const list = h('ul')
      this.#drawn.set(id, group = { element: h('section', { class: 'group' }, h('p', { class: 'head' }, ...parts), list), parts, list })
    }
    const { element, list, parts } = group
    set(element, 'data-tone', tone || undefined)
    set(list, 'aria-label', `${name} ${hint}`.trim())
    list.hidden = rows.length === 0
    const texts = [name, hint, sum]
    parts.forEach((part, at) => say(part, texts[at]))
    while (list.children.length > rows.length) list.lastChild.remove()
    while (list.children.length < rows.length) {
      list.append(h('li', {}, ...['label', 'name', 'hint', 'status', 'do'].map(part => h('span', { class: part }))))
    }
    rows.forEach((row, at) => draw(list.children[at], row, rows[at - 1]))
    return group
  }
}

/** What a row has; a label that repeats the one above is for those who hear it. */
function draw(element, row, before) {
  const [label, name, hint, status, todo] = element.children
  const warns = row.kind === 'removed' || row.kind === 'many'
  set(element, 'data-kind', row.kind)
  set(element, 'data-tone', row.tone || undefined)
  set(element, 'title', warns ? undefined : row.sentence || `${row.name} ${row.hint}`.trim())
  set(label, 'data-repeats', row.kind === before?.kind)
  say(label, LABELS[row.kind])
  say(name, row.name)
  say(hint, row.hint)
  say(status, row.status)
  say(todo, warns ? row.sentence : '')
}
