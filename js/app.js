// An App: the public calls, over the engine.
//
// The engine (wasm) decides; this keeps the functions, views and models, and calls them.

import { coded, surface } from './error.js'
import { Edits } from './edits.js'
import { createEvents, inspectEmitter, inspectEvents, triggerIsolated } from './events.js'
import { Explain } from './explain.js'
import { Call, checkOptions, Engine } from '../dist/wasm/remote_refresh.js'
import { Feed } from './feed.js'
import { Live } from './live.js'
import { openProvider } from './provider.js'
import { Registry } from './registry.js'
import { Fetches } from './requests/fetches.js'
import { observe } from './requests/observe.js'
import { CLIENT_HEADER, OwnRequests } from './requests/own.js'
import { Tree } from './tree/index.js'
import { isAlive, isObject } from './tree/kinds.js'
import { Walk } from './tree/walk.js'

/** Connected Apps: one that is followed stays, even if only its handlers are left. */
const connected = new Set()

/** Unlikely to be another client's; it need not be hard to guess. */
const newClientId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`

/** A new App. The wasm module has to be instantiated by then. */
export const createApp = options => new Shell(options).app

class Shell {
  #engine
  #walk
  #entities
  #live
  #requests
  #fetches
  #explain
  #clientId
  /** The header under which writes name this client. */
  #header = CLIENT_HEADER
  #tree = new Tree()
  #page = null
  #feed = null
  #feeds = new Map()
  #lastFeed = 0

  constructor(options) {
    const report = (event, detail) => this.#trigger(event, detail)
    this.host = {
      emit: (event, snapshot, previous, pass) => {
        walk.remember(snapshot, pass)
        this.#trigger(event, snapshot, previous ?? null)
      },
      emitModel: (operation, type, id, snapshot, pass) => {
        walk.remember(snapshot, pass)
        this.#trigger(`model-${operation}-of-type-${type}`, { type, operation, id }, snapshot)
      },
      callHook: (id, snapshot, pass) => {
        const view = views.object(id)
        walk.remember(snapshot, pass)
        if (view) walk.visitPage(view, snapshot)
      },
      reviewPage: id => {
        const view = views.object(id)
        if (view) walk.review(view)
      },
      fetch: (id, flight) => fetches.start(id, flight),
      inView: ids => fetches.inView([...ids]),
      settled: (id, flight, done) => fetches.settled(flight, done),
      expired: (id, flight, error) => fetches.expired(flight, error),
      deferred: id => report('refresh:deferred', { view: views.object(id), reason: 'hidden' }),
      feedState: (id, status) => this.#feedState(id, status),
      requestToken: (request, fresh) => this.#requestToken(request, fresh),
      provide: (stream, token, signal) => this.#provide(stream, token, signal),
    }
    // Before they are copied: a text would become an object of its letters.
    checkOptions(Call.CreateApp, options)
    const clientId = this.#clientId = options?.clientId ?? newClientId()
    const engine = this.#engine = new Engine(weakHost(this), { ...options, clientId })
    const views = new Registry(() => engine.addView(), id => engine.forgetView(id))
    const entities = this.#entities = new Registry(() => engine.addEntity(), id => {
      fetches.forget(id)
      engine.forgetEntity(id)
    })
    const tree = this.#tree
    const live = this.#live = new Live(engine, options?.typeOf)
    const edits = new Edits({ engine, entities, live, tree, defer: options?.defer, root: () => this.#page ?? walk.root })
    const requests = this.#requests = new OwnRequests({ engine, entities, live, edits, fetches: () => fetches })
    const fetches = this.#fetches = new Fetches({ engine, entities, live, requests, edits, report })
    const walk = this.#walk = new Walk({ engine, views, entities, tree, live, fetches, report, displayed: () => this.#page })
    this.#explain = new Explain({ engine, views, entities, on: options?.explain })
    this.views = views
    this.app = this.#createApp(createEvents())
  }

  #createApp(Events) {
    const shell = this
    return {
      Events,
      Views: {
        get currentPageView() { return shell.#page },
        set currentPageView(view) { shell.#show(view) },
        register: (view, options) => this.#register(view, options),
      },
      Utils: { RemoteRefresh: (context, snapshot) => this.#walk.remoteRefresh(context, snapshot) },
      connect: options => this.#connect(options),
      show: (view, options) => this.#show(view, options),
      live: (target, options) => this.#declare(target, options),
      observe: (Backbone, options) => this.#observe(Backbone, options),
      write: (entities, send) => this.#write(entities, send),
      explain: target => this.#explain.steps(target),
      inspect: () => ({
        feed: this.#feed,
        page: this.#page,
        ...this.#engine.state(),
        childrenOf: view => this.#tree.childrenOf(view, () => {}).filter(isAlive),
        // All emitters are looked through: only for those who ask.
        get events() { return { ...inspectEvents(), of: eventsOf } },
        // What nobody has met gets no number by being looked at: nothing is under way for it, and nothing pending.
        stateOf: entity => this.#engine.entityState(this.#entities.knows(entity) ? this.#entities.id(entity) : undefined),
      }),
      clientId: this.#clientId,
    }
  }

  // The public calls
  // ----------------

  #connect(options) {
    const feed = new Feed(this.#engine, ++this.#lastFeed, options ?? {})
    const before = this.#feed
    // First, since handlers that run within the call look here.
    this.#feed = feed
    this.#feeds.set(feed.id, feed)
    try {
      this.#engine.connect(feed.id, options)
    } catch (error) {
      this.#feed = before
      this.#feeds.delete(feed.id)
      throw error
    }
    // A handler may have closed it already.
    if (this.#feed) connected.add(this)
    return feed
  }

  #show(view, options) {
    if (view !== null && view !== undefined && !isObject(view)) {
      throw coded('invalid-view', '`show` needs the page view that is displayed now, or null for none')
    }
    checkOptions(Call.Show, options)
    const before = this.#page
    // First, since the page's pending refresh runs within the call, and its handlers look here.
    this.#page = view ?? null
    try {
      this.#engine.show(view ? this.views.id(view) : undefined, options?.since)
    } catch (error) {
      this.#page = before
      throw error
    }
    return view
  }

  #register(view, options) {
    checkOptions(Call.Register, options)
    const { parent, children } = options ?? {}
    if (!isObject(view)) throw coded('invalid-view', '`register` needs a view as its first argument')
    if (parent !== undefined && parent !== null && !isObject(parent)) {
      throw coded('invalid-view', '`parent` must be the view that holds this one')
    }
    return { unregister: this.#tree.register(view, { parent, children }) }
  }

  #declare(target, options) {
    if (!isObject(target)) throw coded('invalid-live', '`live` needs a model, a collection or a class of them as its first argument')
    if (!isObject(options)) throw coded('invalid-live', '`live` needs options as its second argument: { type, single, via, remember, defer, options }')
    checkOptions(Call.Live, options)
    this.#live.declare(target, options)
    return target
  }

  #observe(Backbone, options) {
    checkOptions(Call.Observe, options)
    const { header = CLIENT_HEADER } = options ?? {}
    if (typeof Backbone?.sync !== 'function') {
      throw coded('invalid-backbone', '`observe` needs Backbone itself, whose `sync` makes the requests: App.observe(Backbone)')
    }
    this.#header = header
    this.#fetches.jquery = () => typeof Backbone.$?.ajax === 'function'
    return observe(Backbone, header, this.#requests)
  }

  #write(entities, send) {
    const list = Array.isArray(entities) ? entities : [entities]
    if (!list.length || !list.every(isObject) || typeof send !== 'function') {
      throw coded('invalid-write', '`write` needs the models or collections whose new state the answer gives, and a function that sends the request with the headers it is passed and returns its promise')
    }
    return this.#requests.writeBy(list, this.#header, send)
  }

  // What the engine orders
  // ----------------------

  /**
   * Triggers an event of ours. Not by `trigger`, which ends at the first handler that throws: the others shall not miss
   * a change for that, nor the walk stop. The error goes where uncaught ones go.
   */
  #trigger(name, ...args) {
    if (name.startsWith('refresh:')) this.#explain?.note(name, args[0])
    triggerIsolated(this.app.Events, name, args, surface)
  }

  #feedState(id, { state, previous, reason }) {
    const feed = this.#feeds.get(id)
    if (!feed) return
    Object.assign(feed, { state, reason })
    if (state === 'closed') {
      this.#feeds.delete(id)
      if (feed === this.#feed) {
        this.#feed = null
        connected.delete(this)
      }
    }
    this.#trigger('feed:state', state, { feed, previous, reason })
  }

  async #requestToken(request, fresh) {
    try {
      this.#engine.tokenArrived(request, await this.#feed?.token(fresh))
    } catch (error) {
      this.#engine.tokenFailed(request, error)
    }
  }

  #provide(stream, token, signal) {
    const provider = this.#feed?.provider
    if (provider) openProvider(provider, stream, token, signal)
    return Boolean(provider)
  }
}

/** What is bound to an object. A view that was removed and listens still is one that nobody collects. */
function eventsOf(object) {
  const { listeners, ...events } = inspectEmitter(object)
  return { ...events, listeners: listeners.map(each => ({ ...each, gone: isObject(each.listener) && !isAlive(each.listener) })) }
}

/**
 * What wasm holds of a shell. A JS value in wasm memory keeps alive all it refers to, so this refers to nothing but
 * the names of the calls.
 */
function weakHost(shell) {
  const ref = new WeakRef(shell)
  return Object.fromEntries(Object.keys(shell.host).map(name => [name, (...args) => ref.deref()?.host[name](...args)]))
}
