// Reads the bus by `App.inspect().events`, as plain rows: who has handlers, who listens, and what looks like a leak. The rows are
// texts and numbers, so they keep no object alive.
//
// A leak is looked for where a page's views can be reached: at App.Events, at the views and entities of the page, and at what
// those listen to. Longest lists are known of all emitters.

import { attempt, nameOfObject } from './names.js'
import { redact } from './redact.js'
import { count, goneSentence, MANY } from './words.js'

/** Rows of one kind in one group; what there is more of is counted. */
const MAX_ROWS = 40

/** Warnings; what there is more of is counted. */
const MAX_WARNINGS = 20

/** Objects that are asked for their handlers in one look. */
const MAX_OBJECTS = 500

/** Listeners of one object that are named; those after them go by one name. */
const MAX_NAMED = 200

const BUS = 'App.Events'

/**
 * The groups of the pane: `{ id, name, hint, sum, tone, rows }`, where rows are `{ kind, name, hint, status, tone, sentence }`.
 * @param {object} app
 * @param {object[]} objects views and entities of the page
 * @param {object | undefined} selected one of them; without one, the page view is shown
 */
export function lookAtHandlers(app, objects, selected) {
  const { events, page } = app.inspect()
  const subject = selected ?? page
  const look = new Look(app.Events, events)
  for (const object of [app.Events, subject, ...objects]) look.visit(object, true)
  const warnings = look.warnings()
  return [
    {
      id: 'warnings', name: 'Warnings', hint: '', sum: warnings.length ? String(warnings.length) : 'no leak found',
      tone: warnings.length ? 'bad' : '', count: warnings.length, rows: capped(warnings, MAX_WARNINGS),
    },
    ...(subject ? [look.about(subject, 'subject')] : []),
    look.about(app.Events, 'bus'),
    look.all(),
  ]
}

/** One look. It is dropped with all that it has met. */
class Look {
  #bus
  #events
  /** object → its `ObjectEvents`. */
  #met = new Map()
  /** An emitter's number → its name, in words. */
  #emitters = new Map()

  constructor(bus, events) {
    this.#bus = bus
    this.#events = events
  }

  /** Asks an object once; if `further`, also what it listens to. */
  visit(object, further) {
    if (!object || this.#met.has(object) || this.#met.size >= MAX_OBJECTS) return
    const found = attempt(() => this.#events.of(object)) ?? { names: [], listeners: [], listensTo: [] }
    this.#met.set(object, found)
    if (found.names.length) this.#emitters.set(found.names[0].emitter, this.#words(object))
    if (further) for (const target of found.listensTo) this.visit(target, false)
  }

  #name(object) {
    return object === this.#bus ? { name: BUS, hint: '' } : nameOfObject(object)
  }

  /** An object in a sentence. */
  #words(object) {
    const { name, hint } = this.#name(object)
    return hint ? `${name} ${hint}` : name
  }

  /** What an object has and does, as a group. */
  about(object, id) {
    const { names, listeners, listensTo } = this.#met.get(object)
    const handlers = total(names)
    const without = handlers - total(listeners)
    const rows = [
      ...capped(names.map(list => this.#list('event', list, ''))),
      ...capped(this.#named(listeners).map(listener)),
      ...(without > 0 ? [{
        kind: 'listener', name: 'no listener', hint: object === this.#bus ? 'one is this inspector’s' : '', status: count(without, 'handler'), tone: '',
        sentence: 'Added by on() without a context, some by remote-refresh itself. off() removes them; stopListening() does not.',
      }] : []),
      ...capped(listensTo.map(target => ({ kind: 'target', ...this.#name(target), status: '', tone: '', sentence: '' }))),
    ]
    const sum = names.length ? `${count(names.length, 'event')}, ${count(handlers, 'handler')}` : empty(object, this.#bus)
    return { id, ...this.#name(object), sum, tone: '', rows }
  }

  /** Listeners with what they are called, those of one name together: `{ name, hint, gone, objects, handlers }`. */
  #named(listeners) {
    const groups = new Map()
    listeners.forEach(({ listener, handlers, gone }, at) => {
      const { name, hint } = at < MAX_NAMED ? this.#name(listener) : { name: 'others', hint: '' }
      const group = groups.get(`${gone} ${name}`) ?? { name, hint, gone, objects: 0, handlers: 0 }
      groups.set(`${gone} ${name}`, { ...group, hint: group.hint === hint ? hint : '', objects: group.objects + 1, handlers: group.handlers + handlers })
    })
    return [...groups.values()].map(group => ({ ...group, name: group.objects > 1 ? `${group.objects} × ${group.name}` : group.name }))
      .sort((a, b) => b.handlers - a.handlers)
  }

  /** All emitters of this copy of the package, as a group. */
  all() {
    const { emitters, handlers, names, longest } = this.#events
    const sum = `${count(emitters, 'emitter')}, ${count(handlers, 'handler')}, ${count(names, 'name')}`
    return { id: 'all', name: 'All emitters', hint: '', sum, tone: '', rows: longest.map(list => this.#list('longest', list, this.#emitter(list.emitter))) }
  }

  /** What looks like a leak: removed views by what they listen to, those of one class together; then long lists. */
  warnings() {
    const removed = [...this.#met].flatMap(([object, { listeners }]) => {
      const to = this.#words(object)
      return this.#named(listeners.filter(({ gone }) => gone)).map(({ name, hint, objects, handlers }) => (
        { kind: 'removed', name, hint, status: count(handlers, 'handler'), tone: 'bad', sentence: goneSentence(objects, to) }
      ))
    })
    const many = this.#events.longest.filter(({ suspect }) => suspect)
    return [...removed, ...many.map(list => this.#list('many', list, this.#emitter(list.emitter)))]
  }

  #emitter(number) {
    return this.#emitters.get(number) ?? `emitter ${number}`
  }

  #list(kind, { name, handlers, suspect }, hint) {
    // The app's own words: they may hold anything.
    return { kind, name: redact(name, 80), hint, status: count(handlers, 'handler'), tone: suspect ? 'bad' : '', sentence: suspect ? MANY : '' }
  }
}

function listener({ name, hint, gone, objects, handlers }) {
  const sentence = gone ? goneSentence(objects, 'this') : ''
  return { kind: 'listener', name, hint, status: `${gone ? 'removed, ' : ''}${count(handlers, 'handler')}`, tone: gone ? 'bad' : '', sentence }
}

const total = lists => lists.reduce((sum, { handlers }) => sum + handlers, 0)

/** The first rows, and a row that counts the others. */
function capped(rows, most = MAX_ROWS) {
  if (rows.length <= most) return rows
  const rest = rows.slice(most)
  const more = { ...rest[0], name: `${rest.length} more`, hint: '', status: '', tone: rest.some(({ tone }) => tone) ? 'bad' : '', sentence: 'A list of this length is not shown in full.' }
  return [...rows.slice(0, most), more]
}

/** Why an object has no handlers. Its `_events` are read only of those that have not our methods. */
function empty(object, bus) {
  const isOther = attempt(() => object.on !== bus.on && Object.keys(object._events ?? {}).length > 0)
  return isOther ? 'has events of its own, not this bus’s' : 'no handlers'
}
