// The page's tree: a flat list of rows that says its own depth, with the keys of the ARIA tree pattern.
//
// Rows are kept from one look to the next, by id: so the focus, the selection and what is folded stay, and what did not change is
// not touched.

import { h, say, set } from './dom.js'

export class TreeView {
  /** id → its element and the row shown in it. */
  #items = new Map()
  #folded = new Set()
  /** The rows of the last look, and those of them that are shown. */
  #rows = []
  #shown = []
  #filter = ''
  #focused
  #selected
  #onSelect

  /** `onSelect(row)` is told of what is selected, or of nothing. */
  constructor(onSelect) {
    this.#onSelect = onSelect
    this.element = h('div', {
      role: 'tree', 'aria-label': 'Displayed page view', class: 'tree', onkeydown: event => this.#key(event), onclick: event => this.#click(event),
    })
  }

  /** The row that is selected, as it is now. */
  get selected() {
    return this.#rows.find(({ id }) => id === this.#selected)
  }

  /** Views and entities of the page that still exist. */
  get objects() {
    return this.#rows.flatMap(({ ref }) => ref?.deref() ?? [])
  }

  /** What is shown, in order. */
  get shown() {
    return this.#shown
  }

  show(rows) {
    this.#rows = rows
    if (this.#selected !== undefined && !this.selected) this.select(undefined)
    this.#render()
  }

  filter(text) {
    this.#filter = text
    this.#render()
  }

  select(id) {
    this.#selected = id
    this.#onSelect(this.selected)
    this.#render()
  }

  #render() {
    this.#shown = this.#visible()
    const ids = new Set(this.#shown.map(({ id }) => id))
    for (const [id, { element }] of this.#items) {
      if (ids.has(id)) continue
      element.remove()
      this.#items.delete(id)
    }
    if (!ids.has(this.#focused)) this.#focused = this.#shown[0]?.id
    this.#shown.forEach((row, at) => {
      const { element } = this.#item(row)
      // Moved only where it is not in its place: moving an element takes its focus away.
      if (this.element.children[at] !== element) this.element.insertBefore(element, this.element.children[at] ?? null)
    })
  }

  /** What a filter leaves, with all that it is in; else what is not folded away. */
  #visible() {
    const rows = this.#rows
    const keep = []
    if (this.#filter) {
      let depth = -1
      for (let at = rows.length - 1; at >= 0; at--) {
        const row = rows[at]
        const matches = `${row.name} ${row.hint} ${row.status}`.toLowerCase().includes(this.#filter)
        if (matches || row.depth < depth) {
          keep.unshift(row)
          depth = row.depth
        } else if (row.depth === 0) depth = -1
      }
      return keep
    }
    let hidden = Infinity
    for (const row of rows) {
      if (row.depth > hidden) continue
      hidden = this.#folded.has(row.id) ? row.depth : Infinity
      keep.push(row)
    }
    return keep
  }

  #hasChildren(row) {
    const next = this.#rows[this.#rows.indexOf(row) + 1]
    return next !== undefined && next.depth > row.depth
  }

  #item(row) {
    let item = this.#items.get(row.id)
    if (!item) {
      const parts = ['fold', 'kind', 'name', 'hint', 'status'].map(part => h('span', { class: part, 'aria-hidden': part === 'fold' || part === 'kind' ? 'true' : undefined }))
      const element = h('div', { role: 'treeitem', class: 'row', 'data-id': row.id }, ...parts)
      this.#items.set(row.id, item = { element, parts })
    }
    const { element, parts } = item
    const [, kind, name, hint, status] = parts
    const branch = this.#hasChildren(row)
    const open = Boolean(this.#filter) || !this.#folded.has(row.id)
    set(element, 'aria-level', row.depth + 1)
    set(element, 'aria-expanded', branch && String(open))
    set(element, 'aria-selected', String(row.id === this.#selected))
    set(element, 'tabindex', row.id === this.#focused ? 0 : -1)
    set(element, 'data-tone', row.tone || undefined)
    set(element, 'data-kind', row.kind)
    // What the letter before the name says to those who see it.
    set(element, 'title', `${row.kind[0].toUpperCase()}${row.kind.slice(1)}. ${row.sentence}`)
    const depth = String(row.depth)
    if (element.style.getPropertyValue('--depth') !== depth) element.style.setProperty('--depth', depth)
    say(kind, { model: 'M', collection: 'C' }[row.kind] ?? '')
    say(name, row.name)
    say(hint, row.hint)
    say(status, row.status)
    return item
  }

  // Pointer and keys
  // ----------------

  #click(event) {
    const id = event.target.closest?.('.row')?.dataset.id
    const row = this.#shown.find(row => row.id === id)
    if (!row) return
    if (event.target.classList.contains('fold')) this.#fold(row, !this.#folded.has(id))
    else this.select(id === this.#selected ? undefined : id)
    this.#focus(id)
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const rows = this.#shown
    const at = rows.findIndex(({ id }) => id === this.#focused)
    const row = rows[at]
    if (!row) return
    const go = to => to && this.#focus(to.id)
    const parent = () => rows.slice(0, at).findLast(({ depth }) => depth < row.depth)
    const folded = this.#folded.has(row.id) && !this.#filter
    const keys = {
      ArrowDown: () => go(rows[at + 1]),
      ArrowUp: () => go(rows[at - 1]),
      Home: () => go(rows[0]),
      End: () => go(rows.at(-1)),
      ArrowRight: () => (!this.#hasChildren(row) ? undefined : folded ? this.#fold(row, false) : go(rows[at + 1])),
      ArrowLeft: () => (this.#hasChildren(row) && !folded && !this.#filter ? this.#fold(row, true) : go(parent())),
      Enter: () => this.select(row.id === this.#selected ? undefined : row.id),
      ' ': () => keys.Enter(),
    }
    const typed = event.key.length === 1 && event.key !== ' ' && (() => {
      const after = [...rows.slice(at + 1), ...rows.slice(0, at + 1)]
      go(after.find(({ name }) => name.toLowerCase().startsWith(event.key.toLowerCase())))
    })
    const act = keys[event.key] ?? typed
    if (!act) return
    event.preventDefault()
    act()
  }

  #fold(row, fold) {
    if (!this.#hasChildren(row)) return
    if (fold) this.#folded.add(row.id)
    else this.#folded.delete(row.id)
    this.#render()
  }

  #focus(id) {
    this.#focused = id
    this.#render()
    const element = this.#items.get(id)?.element
    element?.focus({ preventScroll: true })
    element?.scrollIntoView?.({ block: 'nearest' })
  }
}
