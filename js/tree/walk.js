// The walk: a view's model, its collection, then each subview's `remoteRefresh`.
//
// The engine decides what is visited (one pass visits each once) and what is fetched; this reads what views show, calls hooks, and
// stops in the middle when it has worked long enough, to go on in a later task. Whatever the app's code throws is reported as
// `refresh:error`, and the walk goes on.

import { hasAddress, Meaning, Single, Whose } from '../../dist/wasm/remote_refresh.js'
import { coded } from '../error.js'
import { isAlive, isObject } from './kinds.js'
import { later } from './later.js'
import { behind, NONE, plainChildren } from './plain.js'

/** Nested deeper than any page is: a view makes new ones while it is walked. */
const MAX_DEPTH = 500

/** Views that only hold others, and how deep they are nested, beyond which a walk looks for those that hold themselves. */
const MANY_HELD = 5000
const DEEP = 64

/**
 * How often the time is looked at. A view that is visited counts for 64, as one that shows nothing takes a hundredth of the time; a
 * walk of up to 64 views is always done at once, and then the time is looked at after every eighth.
 */
const VISIT = 64
const FIRST_STRIDE = 64 * VISIT
const STRIDE = 8 * VISIT

export class Walk {
  #engine
  #views
  #tree
  #fetches
  #live
  #entities
  #report
  /** Gives the page view that is displayed. */
  #displayed
  /** The view that the outermost pass began with, held weakly. */
  #root
  #passesUnderWay = 0
  /** How many views enclose the hook that is being called. */
  #depth = 0
  /** When the slice under way began, by `performance.now()`. */
  #began = 0
  /** What may be done before the time is looked at. */
  #left = 0
  /** Our own snapshot → the pass it belongs to. */
  #passes = new WeakMap()
  /** The same for other snapshots, until the running script ends: what they are about is known by then. */
  #foreign = new Map()

  constructor({ engine, views, entities, tree, live, fetches, report, displayed }) {
    this.#engine = engine
    this.#views = views
    this.#tree = tree
    this.#fetches = fetches
    this.#live = live
    this.#entities = entities
    this.#report = report
    this.#displayed = displayed
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
    this.#inPass(view, snapshot, path => {
      const id = this.#views.id(view)
      if (this.#engine.visitWalk(id)) this.#enter(view, id, path)
    })
  }

  /** Calls the hook of a page view. */
  visitPage(view, snapshot) {
    this.#inPass(view, snapshot, path => this.#visit(view, path))
  }

  /** The view that the pass under way, or the last one, began with. */
  get root() {
    return this.#root?.deref()
  }

  // A pass
  // ------

  #inPass(view, snapshot, begin) {
    const isOutermost = this.#passesUnderWay++ === 0
    if (isOutermost) {
      this.#root = new WeakRef(view)
      this.#beginSlice(FIRST_STRIDE)
    }
    this.#openPass(snapshot)
    const path = newPath(this.#depth, snapshot)
    let finished = true
    try {
      begin(path)
      finished = this.#walk(path)
    } finally {
      this.#passesUnderWay--
      if (finished) this.#engine.leavePass()
      else this.#suspend(path)
    }
  }

  #openPass(snapshot) {
    const ours = this.#passes.get(snapshot)
    const foreign = this.#foreign.get(snapshot)
    if (ours !== undefined) return this.#engine.enterPass(Whose.Ours, ours)
    if (foreign !== undefined) return this.#engine.enterPass(Whose.Foreign, foreign)
    const pass = this.#engine.enterPass(Whose.Nobody, 0)
    if (!isObject(snapshot)) return pass
    if (this.#foreign.size === 0) queueMicrotask(() => this.#foreign.clear())
    this.#foreign.set(snapshot, pass)
    return pass
  }

  /** Walks on in a later task. */
  #suspend(path) {
    const pass = this.#engine.suspendPass()
    later(() => {
      if (!this.#engine.resumePass(pass)) return
      this.#beginSlice(STRIDE)
      this.#passesUnderWay++
      let finished = true
      try {
        finished = this.#walk(path)
      } finally {
        this.#passesUnderWay--
        if (finished) this.#engine.leavePass()
        else this.#suspend(path)
      }
    })
  }

  /** Walks what is still to be walked, and says whether that was all. */
  #walk(path) {
    const { lists, places } = path
    while (lists.length) {
      const top = lists.length - 1
      const list = lists[top]
      const { length } = list
      let place = places[top]
      let left = this.#left
      let view
      let found = NONE
      while (place < length && left > 0 && found === NONE) {
        left--
        view = list[place++]
        found = this.#behind(view)
      }
      this.#left = left
      places[top] = place
      if (found === undefined || (found !== NONE && lists.length >= MAX_DEPTH)) {
        this.#left -= VISIT
        own(path)
        this.#visit(view, path)
      } else if (found !== NONE) {
        if (this.#isNew(view, path)) push(found, path)
      } else if (place >= length) {
        pop(path)
      } else if (this.#isSliceOver()) {
        return false
      }
    }
    return true
  }

  /** The subviews of a view that the walk passes through; undefined if it must be visited. */
  #behind(view) {
    if (!isObject(view)) return NONE
    try {
      const found = behind(view)
      return found === undefined || !this.#tree.isRegistered(view) ? found : undefined
    } catch {
      // What throws is reported when it is visited.
      return undefined
    }
  }

  /**
   * Whether a view that only holds others was not met before in this walk. To know takes as long as to look at it, so it is found out
   * for walks alone that are longer or deeper than a page: such a view may hold itself.
   */
  #isNew(view, path) {
    if (++path.held < MANY_HELD && path.lists.length < DEEP) return true
    path.seen ??= new Set()
    if (path.seen.has(view)) return false
    path.seen.add(view)
    return true
  }

  #beginSlice(left) {
    this.#began = performance.now()
    this.#left = left
  }

  #isSliceOver() {
    this.#left = STRIDE
    return this.#engine.isSliceOver(this.#began)
  }

  #visit(view, path) {
    const threw = cause => this.#report('refresh:error', { view, code: 'hook-threw', cause })
    try {
      if (isList(view)) return this.#pushOwn(this.#tree.unwrap(view), path)
      if (!isAlive(view)) return
      const id = this.#views.id(view)
      const hook = view.remoteRefresh
      const calls = typeof hook === 'function'
      // One question where two would get the same answer.
      if (!(calls || hook === false ? this.#engine.visitHook(id) : this.#engine.visit(id))) return
      const depth = path.depth + path.lists.length
      if (depth >= MAX_DEPTH) {
        const cause = coded('too-deep', `subviews are nested more than ${MAX_DEPTH} deep: look for a view that makes new ones while it is walked`)
        this.#report('refresh:error', { view, code: 'too-deep', cause })
      } else if (hook === false) {
        this.#report('refresh:skipped', { view, reason: 'opted-out' })
      } else if (calls) {
        this.#call(hook, view, path.snapshot, depth, threw)
      } else {
        this.#enter(view, id, path)
      }
    } catch (cause) {
      threw(cause)
    }
  }

  #call(hook, view, snapshot, depth, threw) {
    const before = this.#depth
    this.#depth = depth
    try {
      // An async hook throws later.
      hook.call(view, snapshot)?.then?.(undefined, threw)
    } finally {
      this.#depth = before
    }
  }

  /** Refreshes what a view shows; its subviews are next. */
  #enter(view, id, path) {
    this.#refresh(view, id, 'model')
    this.#refresh(view, id, 'collection')
    this.#descend(view, path, cause => this.#report('refresh:error', { view, code: 'subviews-threw', cause }))
  }

  /** The subviews of a view are next. */
  #descend(view, path, onError) {
    let found
    try {
      if (!this.#tree.isRegistered(view)) found = plainChildren(view)
    } catch {
      // What throws is reported below.
    }
    if (found) push(found, path)
    else this.#pushOwn(this.#tree.childrenOf(view, onError), path)
  }

  /** These views, a list of the walk's own, are next. */
  #pushOwn(views, path) {
    push(views, path)
    path.owned = path.lists.length
  }

  // What a view shows
  // -----------------

  #refresh(view, id, name) {
    let entity
    try {
      entity = view[name]
      if (!isRefreshable(entity)) return
      if (!canBeFetched(entity)) {
        this.#report('refresh:skipped', { view, entity, reason: 'new' })
        return
      }
      const kind = this.#live.kindOf(entity)
      const single = kind !== undefined && this.#live.of(entity).single && this.#engine.concerns(kind)
      if (!single || !this.#refreshOne(view, id, entity, kind)) this.#ask(view, id, entity, kind)
    } catch (cause) {
      this.#report('refresh:error', { view, entity, code: 'refresh-threw', cause })
    }
  }

  /** Refreshes the one member that the change is about. Whether that was all there is to do for the collection. */
  #refreshOne(view, id, collection, kind) {
    if (typeof collection.get !== 'function') return false
    const number = this.#entities.id(collection)
    const [record] = this.#engine.singleRecord(number, kind) ?? []
    if (record === undefined) return false
    const member = collection.get(record)
    switch (this.#engine.singleStep(number, kind, Boolean(member), typeof member?.fetch === 'function')) {
      case Single.FetchMember:
        // Of the type that the change is of, whatever it says of itself.
        this.#ask(view, id, member, undefined)
        return true
      case Single.RemoveMember:
        collection.remove(member)
        return true
      case Single.Nothing:
        return true
      default:
        return false
    }
  }

  #ask(view, id, entity, kind) {
    const number = this.#entities.id(entity)
    const meaning = this.#engine.visitEntity(id, number, kind)
    this.#fetches.askedBy(number, this.#views.ref(id))
    if (meaning === Meaning.Fetches) this.#fetches.follow(entity)
    else if (meaning === Meaning.NotConcerned) this.#report('refresh:skipped', { view, entity, reason: 'not-concerned' })
    else if (meaning === Meaning.OwnWrite) this.#report('refresh:skipped', { view, entity, reason: 'own-write' })
  }

  // A review
  // --------

  /**
   * Looks through what a page view shows for what was requested before a change that concerns it. Calls no hook: nothing
   * has changed since the page was displayed, only an answer is older. What the app's code throws is for a pass to report.
   */
  review(page) {
    this.#beginSlice(FIRST_STRIDE)
    this.#look({ ...newPath(0), page, lists: [[page]], places: [0], met: new Set() })
  }

  #look(path) {
    const { lists, places, met } = path
    while (lists.length) {
      const top = lists.length - 1
      if (places[top] >= lists[top].length) {
        pop(path)
        continue
      }
      const view = lists[top][places[top]++]
      const found = this.#behind(view)
      if (found === undefined && !met.has(view)) {
        met.add(view)
        this.#left -= VISIT
        own(path)
        this.#lookAt(view, path)
      } else if (found?.length && this.#isNew(view, path)) push(found, path)
      if (--this.#left > 0 || !this.#isSliceOver()) continue
      later(() => {
        // Another page is displayed: this one is reviewed when it is shown again.
        if (this.#displayed() !== path.page) return
        this.#beginSlice(STRIDE)
        this.#look(path)
        this.#engine.carryOut()
      })
      return
    }
  }

  #lookAt(view, path) {
    try {
      if (isList(view)) return this.#pushOwn(this.#tree.unwrap(view), path)
      if (view.remoteRefresh === false || !isAlive(view)) return
      const ref = this.#views.ref(this.#views.id(view))
      for (const entity of [view.model, view.collection]) {
        if (!isRefreshable(entity) || !canBeFetched(entity)) continue
        const number = this.#entities.id(entity)
        this.#fetches.follow(entity)
        this.#fetches.askedBy(number, ref)
        this.#engine.reviewEntity(number, this.#live.kindOf(entity))
      }
      if (path.lists.length < MAX_DEPTH) this.#descend(view, path, () => {})
    } catch {
      // The others are looked at all the same.
    }
  }
}

/**
 * What of a tree is still to be walked: lists of views, each with the place of the next one, below each other. The first `owned` of
 * them are the walk's own; the others are the app's. `depth` is how many views enclose the first.
 */
function newPath(depth, snapshot) {
  return { lists: [], places: [], owned: 0, held: 0, seen: undefined, depth, snapshot }
}

/** These views are next. */
function push(views, path) {
  path.lists.push(views)
  path.places.push(0)
}

/** The list under way is at its end. */
function pop(path) {
  path.lists.pop()
  path.places.pop()
  if (path.owned > path.lists.length) path.owned = path.lists.length
}

/** An array or an underscore wrapper among views. */
const isList = view => Array.isArray(view) || isObject(view._wrapped)

/** The app's code is about to run, and may change its lists. */
function own(path) {
  const { lists } = path
  for (let i = path.owned; i < lists.length; i++) lists[i] = lists[i].slice()
  path.owned = lists.length
}

/** A view may keep plain data as its model, which nobody can fetch. */
const isRefreshable = entity => isObject(entity) && typeof entity.fetch === 'function'

/** Whether the engine can have it fetched: a model that was never saved may have no address yet. */
function canBeFetched(entity) {
  if (typeof entity.isNew !== 'function' || !entity.isNew()) return true
  const hasOwnUrl = typeof entity.url !== 'function' || Object.hasOwn(entity, 'url')
  return hasAddress(hasOwnUrl, Boolean(entity.urlRoot || entity.collection))
}
