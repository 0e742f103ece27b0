// The user's work, which a refresh would overwrite: edits that are not saved, and the field that has the focus.
//
// An entity that holds such work is not fetched; the fetch is pending in the engine, which makes it when the work is saved, reverted
// or left.

import { isAlive } from './tree/kinds.js'

const isObject = value => value !== null && typeof value === 'object'

/** Input types in which nobody types. */
const UNTYPED = new Set(['button', 'checkbox', 'color', 'file', 'hidden', 'image', 'radio', 'range', 'reset', 'submit'])

export class Edits {
  #engine
  #entities
  #live
  #tree
  /** The view below which a field may have the focus. */
  #root
  #defer
  /** model → attribute → what the server last gave for it. */
  #edited = new WeakMap()
  /** New members that the app has put into collections. */
  #added = new WeakSet()
  #followed = new WeakSet()
  /** entity id → how to stop watching an entity that is held. */
  #held = new Map()
  #handlers
  #focus = { field: undefined, view: undefined }

  constructor({ engine, entities, live, tree, root, defer = true }) {
    this.#engine = engine
    this.#entities = entities
    this.#live = live
    this.#tree = tree
    this.#root = root
    this.#defer = defer
    this.#handlers = handlersOf(new WeakRef(this))
  }

  // What is known
  // -------------

  /** Follows the edits of an entity and, of a collection, of its members. */
  follow(entity) {
    if (this.#followed.has(entity) || typeof entity.on !== 'function') return
    this.#followed.add(entity)
    const members = membersOf(entity)
    // Where some members are new and others are not, the server gives ids, and these were made here.
    if (members?.some(isNew) && !members.every(isNew)) for (const member of members) if (isNew(member)) this.#added.add(member)
    try {
      for (const name in this.#handlers) entity.on(name, this.#handlers[name])
    } catch {
      // A frozen entity has no edits.
    }
  }

  /** Attributes of a model were set, and not by an answer of the server's. */
  edited(model) {
    const changed = model.changedAttributes?.()
    if (!changed || typeof model.previous !== 'function') return
    const edits = this.#edited.get(model) ?? new Map()
    for (const name in changed) {
      const given = edits.has(name) ? edits.get(name) : model.previous(name)
      // What the server never gave is the app's own, and no answer touches it.
      if (given === undefined) continue
      if (isEqual(given, changed[name])) edits.delete(name)
      else edits.set(name, given)
    }
    if (edits.size) this.#edited.set(model, edits)
    else this.#edited.delete(model)
  }

  /** A member was put into a collection by the app. */
  added(model) {
    if (isNew(model)) this.#added.add(model)
  }

  /** The server has, or has given, what the entity and its members hold. */
  saved(entity, members = membersOf(entity) ?? []) {
    this.#edited.delete(entity)
    for (const member of members) this.#edited.delete(member)
    if (this.#entities.knows(entity)) this.recheck(this.#entities.id(entity), entity)
  }

  /**
   * What the user did since a refresh of this entity was requested, to be done again once its answer is shown. Nothing
   * to do, mostly.
   */
  keep(entity) {
    if (!this.#isDeferred(entity)) return undefined
    const members = membersOf(entity) ?? []
    const edits = [entity, ...members]
      .filter(model => this.#edited.has(model))
      .map(model => [model, Object.fromEntries([...this.#edited.get(model).keys()].map(name => [name, model.get(name)]))])
    const added = members.filter(member => this.#added.has(member) && isNew(member))
    if (!edits.length && !added.length) return undefined
    return () => {
      const gone = added.filter(member => !entity.models.includes(member))
      if (gone.length) entity.add(gone)
      for (const [model, attributes] of edits) model.set(attributes)
    }
  }

  // What is held
  // ------------

  #isDeferred(entity) {
    return (this.#live.of(entity).defer ?? this.#defer) !== false
  }

  /** Why the entity must not be fetched now: `unsaved` or `focused`; nothing if it may. */
  reason(entity) {
    if (!this.#isDeferred(entity)) return undefined
    if (this.#isUnsaved(entity)) return 'unsaved'
    const view = this.#focusedView()
    return view && (view.model === entity || view.collection === entity) ? 'focused' : undefined
  }

  #isUnsaved(entity) {
    const unsaved = model => this.#edited.has(model) || (this.#added.has(model) && isNew(model))
    return this.#edited.has(entity) || Boolean(membersOf(entity)?.some(unsaved))
  }

  /** The engine holds this entity's fetch: it is released as soon as there is no reason left. */
  hold(id, entity) {
    if (this.#held.has(id)) return
    const ref = new WeakRef(entity)
    const look = () => {
      const entity = ref.deref()
      if (entity) this.recheck(id, entity)
      else this.forget(id)
    }
    // Afterwards: a field loses the focus before another one, or none, gets it.
    const later = () => setTimeout(look)
    const { document } = globalThis
    for (const event of FIELD_EVENTS) document?.addEventListener?.(event, later, true)
    entity.on?.('all', later)
    this.#held.set(id, () => {
      for (const event of FIELD_EVENTS) document?.removeEventListener?.(event, later, true)
      ref.deref()?.off?.('all', later)
    })
  }

  /** Releases an entity if it is held for a reason that is gone. */
  recheck(id, entity) {
    if (!this.#held.has(id) || this.reason(entity)) return
    this.forget(id)
    this.#engine.release(id)
  }

  forget(id) {
    this.#held.get(id)?.()
    this.#held.delete(id)
  }

  // The focus
  // ---------

  /**
   * The view that holds the field in which the user types: the innermost whose element contains it. Those around it
   * hold it too, but what they show isn't what is typed.
   */
  #focusedView() {
    const field = globalThis.document?.activeElement
    if (!field || !isTypedIn(field)) return undefined
    // One search for a whole pass.
    if (this.#focus.field !== field) {
      this.#focus = { field, view: innermost(this.#root(), field, this.#tree) }
      queueMicrotask(() => { this.#focus = { field: undefined, view: undefined } })
    }
    return this.#focus.view
  }
}

const FIELD_EVENTS = ['focusout', 'input']

const membersOf = entity => Array.isArray(entity.models) ? entity.models : undefined

const isNew = model => typeof model.isNew === 'function' && model.isNew()

function isEqual(one, other) {
  return Object.is(one, other) || (isObject(one) && isObject(other) && JSON.stringify(one) === JSON.stringify(other))
}

/** Whether the field holds something that was typed: a search box that only has the focus is no work. */
function isTypedIn(field) {
  if (field.isContentEditable) return true
  switch (field.tagName) {
    case 'TEXTAREA': return field.value !== field.defaultValue
    case 'INPUT': return !UNTYPED.has(field.type) && field.value !== field.defaultValue
    case 'SELECT': return Array.from(field.options).some(option => option.selected !== option.defaultSelected)
    default: return false
  }
}

function innermost(view, field, tree) {
  const holds = view => isObject(view?.el) && typeof view.el.contains === 'function' && view.el.contains(field)
  if (!holds(view)) return undefined
  for (let seen = new Set(); !seen.has(view);) {
    seen.add(view)
    view = tree.childrenOf(view, () => {}).filter(isAlive).find(holds) ?? view
  }
  return view
}

/** Shared by all entities; they hold the App weakly, for they may outlive it. */
function handlersOf(ref) {
  const byServer = options => Boolean(options?.xhr || options?.remoteRefresh)
  return {
    change(model, options) {
      if (!byServer(options)) ref.deref()?.edited(model)
    },
    add(model, collection, options) {
      if (collection === this && !byServer(options)) ref.deref()?.added(model)
    },
    // Of a member too, which may be known by its collection alone.
    sync(source) {
      if (isObject(source)) ref.deref()?.saved(source)
    },
  }
}
