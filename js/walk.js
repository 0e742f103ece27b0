// The walk: a view's model, its collection, then each subview's `remoteRefresh`.
//
// The engine says what is visited (one pass visits each once) and which fetch starts (one in flight, one owed); this
// calls it. Whatever the app's code throws is reported as `refresh:error`, and the walk goes on.

import { coded } from './error.js'

/** Nested deeper than any page is; the stack would end before long, and whatever ran out of it would be left half done. */
const MAX_DEPTH = 500

const isObject = value => value !== null && (typeof value === 'object' || typeof value === 'function')

export class Walk {
  #engine
  #views
  #tree
  #fetches
  #live
  #entities
  #explain
  #report
  /** The view that the outermost pass began with, held weakly. */
  #root
  #passesUnderWay = 0
  /** How many visits enclose the one under way. */
  #depth = 0
  /** Our own snapshot → the pass it belongs to. */
  #passes = new WeakMap()
  /** The same for other people's, until the running script ends: what they tell of is known by then. */
  #foreign = new Map()

  constructor({ engine, views, entities, tree, live, fetches, report, explain }) {
    this.#engine = engine
    this.#views = views
    this.#tree = tree
    this.#fetches = fetches
    this.#live = live
    this.#entities = entities
    this.#explain = explain
    this.#report = report
  }

  /** Takes note of the pass that a snapshot belongs to, however late it comes back. */
  remember(snapshot, pass) {
    this.#passes.set(snapshot, pass)
  }

  /** `App.Utils.RemoteRefresh`. */
  remoteRefresh(view, snapshot) {
    if (!isObject(view)) {
      throw coded('invalid-view', '`RemoteRefresh(context, snapshot)` needs the view to refresh as its first argument')
    }
    this.#inPass(view, snapshot, () => this.#walk(view, this.#views.id(view), snapshot))
  }

  /** Calls the hook of a page view. */
  visitPage(view, snapshot) {
    this.#inPass(view, snapshot, () => this.#visit(view, snapshot))
  }

  /**
   * Looks through what a page view shows for what was requested before a change that concerns it. Calls no hook: nothing
   * has changed since the page was displayed, only an answer is older. What the app's code throws is for a pass to report.
   */
  review(page) {
    const seen = new Set()
    const look = (view, depth) => {
      if (depth > MAX_DEPTH || seen.has(view)) return
      seen.add(view)
      try {
        if (view.remoteRefresh === false) return
        const ref = this.#views.ref(this.#views.id(view))
        for (const entity of [view.model, view.collection]) {
          if (isRefreshable(entity) && !isUnsaved(entity)) this.#fetches.review(entity, ref, this.#live.typeNumber(entity))
        }
        for (const child of this.#tree.childrenOf(view, () => {})) look(child, depth + 1)
      } catch {
        // The others are looked at all the same.
      }
    }
    look(page, 0)
  }

  /** The view that the pass under way, or the last one, began with. */
  get root() {
    return this.#root?.deref()
  }

  #inPass(view, snapshot, act) {
    if (this.#passesUnderWay++ === 0) this.#root = new WeakRef(view)
    const ours = this.#passes.get(snapshot)
    const known = ours ?? this.#foreign.get(snapshot) ?? 0
    const pass = this.#engine.enterPass(known, ours !== undefined)
    if (!known && isObject(snapshot)) {
      if (this.#foreign.size === 0) queueMicrotask(() => this.#foreign.clear())
      this.#foreign.set(snapshot, pass)
    }
    try {
      act()
    } finally {
      this.#passesUnderWay--
      this.#engine.leavePass()
    }
  }

  #visit(view, snapshot) {
    const id = this.#views.id(view)
    const threw = cause => this.#report('refresh:error', { view, code: 'hook-threw', cause })
    this.#depth++
    try {
      const hook = view.remoteRefresh
      const calls = typeof hook === 'function'
      // One question where two would get the same answer.
      if (!(calls || hook === false ? this.#engine.visitHook(id) : this.#engine.visit(id))) return
      if (this.#depth > MAX_DEPTH) {
        const cause = coded('too-deep', `subviews are nested more than ${MAX_DEPTH} deep: look for a view that makes new ones while it is walked`)
        this.#report('refresh:error', { view, code: 'too-deep', cause })
      } else if (hook === false) {
        this.#report('refresh:skipped', { view, reason: 'opted-out' })
      } else if (calls) {
        // An async hook throws later.
        hook.call(view, snapshot)?.then?.(undefined, threw)
      } else {
        this.#refreshAll(view, id, snapshot)
      }
    } catch (cause) {
      threw(cause)
    } finally {
      this.#depth--
    }
  }

  #walk(view, id, snapshot) {
    if (this.#engine.visitWalk(id)) this.#refreshAll(view, id, snapshot)
  }

  #refreshAll(view, id, snapshot) {
    this.#refresh(view, id, 'model')
    this.#refresh(view, id, 'collection')
    const children = this.#tree.childrenOf(view, cause => this.#report('refresh:error', { view, code: 'subviews-threw', cause }))
    for (const child of children) this.#visit(child, snapshot)
  }

  #refresh(view, id, name) {
    let entity
    try {
      entity = view[name]
      if (!isRefreshable(entity)) return
      if (isUnsaved(entity)) {
        this.#report('refresh:skipped', { view, entity, reason: 'new' })
        return
      }
      const type = this.#live.typeNumber(entity)
      const single = type && this.#live.of(entity).single && this.#engine.concerns(type)
      if (!single || !this.#refreshOne(view, id, entity, type)) this.#ask(view, id, entity, type)
    } catch (cause) {
      this.#report('refresh:error', { view, entity, code: 'refresh-threw', cause })
    }
  }

  /** Refreshes the one member that the change is about. Whether that was all there is to do for the collection. */
  #refreshOne(view, id, collection, type) {
    if (typeof collection.get !== 'function') return false
    const number = this.#entities.id(collection)
    const [operation, recordId] = this.#engine.exact(number, type) ?? []
    const member = recordId !== undefined && collection.get(recordId)
    if (operation === 'removed') {
      if (member) collection.remove(member)
    } else if (operation === 'changed' && member && typeof member.fetch === 'function') {
      // Of the type that the change is of, whatever it says of itself.
      this.#ask(view, id, member, 0)
    } else {
      // A record that is new here may be anywhere in the list, or not in it.
      return false
    }
    this.#engine.exactly(number)
    return true
  }

  #ask(view, id, entity, type) {
    const why = this.#fetches.request(entity, this.#views.ref(id), type)
    if (why === 0) this.#explain('joined', { view, entity })
    else if (why < 0) this.#report('refresh:skipped', { view, entity, reason: why === -1 ? 'not-concerned' : 'own-write' })
  }
}

/** A view may keep plain data as its model, which nobody can fetch. */
const isRefreshable = entity => isObject(entity) && typeof entity.fetch === 'function'

/**
 * A model that was never saved: its own address doesn't exist yet, and Backbone's `url()` would give the list's. One
 * that says its `url` itself (a singleton such as `/me`) can be fetched all the same.
 */
function isUnsaved(entity) {
  if (typeof entity.isNew !== 'function' || !entity.isNew()) return false
  const derived = typeof entity.url === 'function' && !Object.hasOwn(entity, 'url')
  return derived && Boolean(entity.urlRoot || entity.collection)
}
