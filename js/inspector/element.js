// The element: what it looks like, when it reads the App, and what its controls do.
//
// It follows the App by its events, and looks again once they pause for a frame; beside that twice a second, since a page view that
// is shown, a request of the app's own and a clock have no events. Removed from the document it follows nothing, and holds no App's
// handler: it can be collected. Handlers of events come and go without an event: they are looked at twice a second only. What it shows of an App is text; nothing is parsed.

import { coded } from '../error.js'
import { h, say, set } from './dom.js'
import { EventsView } from './events.js'
import { lookAtHandlers } from './handlers.js'
import { lookAtFeed, lookAtPage, numbering, Steps } from './look.js'
import events from './events.css'
import panes from './panes.css'
import base from './style.css'
import { Timeline } from './timeline.js'
import { TreeView } from './tree.js'
import { count } from './words.js'

/** Between two looks without an event. */
const LOOK_EVERY = 500

/** Between two summaries for those who listen to the page. */
const SUM_UP_EVERY = 10_000

const css = base + panes + events
let sheet

/** The styles of all inspectors: where it can be a sheet of its own, which no Content-Security-Policy has to allow. */
function style(root) {
  if (!root.adoptedStyleSheets) return root.append(h('style', {}, css))
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
  }
  root.adoptedStyleSheets = [sheet]
}

/** Without a document there are no elements; the class can be named all the same. */
const Base = globalThis.HTMLElement ?? class {}

export class InspectorElement extends Base {
  #app = null
  #paused = false
  #number = numbering()
  #steps = new Steps()
  #parts
  #tree
  #timeline
  #events
  #filter = ''
  /** Which of the two is shown where there is no room for both: `time` or `events`. */
  #pane = 'time'
  /** What has come to pass since the last summary, by `what`. */
  #tally = new Map()
  #summedUp = 0
  /** How many warnings there were at the last look. */
  #warned = 0
  #interval
  #frame
  #onEvent = () => this.#soon()
  #onVisible = () => this.#lookAtAll()

  /** The App that is looked at; null for none. */
  get app() {
    return this.#app
  }

  set app(app) {
    if (app !== null && app !== undefined && (typeof app.inspect !== 'function' || typeof app.explain !== 'function')) {
      throw coded('invalid-app', '`app` must be an App of remote-refresh, of the inspector’s own version: `inspector.app = App`')
    }
    if (this.isConnected) this.#unfollow()
    this.#app = app ?? null
    this.#number = numbering()
    this.#steps = new Steps()
    this.#shownState = undefined
    this.#warned = 0
    if (this.#parts) this.#build()
    if (this.isConnected) this.#follow()
  }

  /** Whether what is shown stands still. What happens meanwhile is shown afterwards. */
  get paused() {
    return this.#paused
  }

  set paused(paused) {
    this.#paused = Boolean(paused)
    if (!this.#parts) return
    set(this.#parts.pause, 'aria-pressed', String(this.#paused))
    set(this.#parts.panel, 'data-paused', this.#paused)
    this.#announce(this.#paused ? 'Paused.' : 'Goes on.')
    this.#lookAtAll()
  }

  connectedCallback() {
    // Set before the element was defined, it is a property of its own that hides ours.
    if (Object.hasOwn(this, 'app')) {
      const { app } = this
      delete this.app
      this.app = app
    }
    if (!this.#parts) {
      style(this.attachShadow({ mode: 'open' }))
      this.#build()
    }
    this.#follow()
  }

  disconnectedCallback() {
    this.#unfollow()
  }

  /** All that is shown, as plain data: what the button copies, and `JSON.stringify(inspector)` gives. */
  toJSON() {
    const row = ({ depth, kind, name, hint, status, sentence }) => ({ depth, kind, name, hint, status, sentence })
    const step = ({ time, since, what, reason, stage, name, hint, words }) => ({
      time: new Date(performance.timeOrigin + time).toISOString(), msSinceChange: since === undefined ? undefined : Math.round(since), what, reason, stage, name, hint, words,
    })
    const handlers = ({ kind, name, hint, status, sentence }) => ({ kind, name, hint, status, sentence })
    const { state, why, sentence } = this.#feed ?? {}
    return {
      inspected: new Date().toISOString(),
      feed: this.#feed && { state, reason: why || undefined, sentence },
      page: this.#tree?.shown.map(row) ?? [],
      timeline: this.#timeline?.shown.map(step) ?? [],
      events: this.#events?.shown.map(({ name, hint, sum, rows }) => ({ name, hint, sum, rows: rows.map(handlers) })) ?? [],
    }
  }

  // The parts
  // ---------

  #feed
  #shownState

  #build() {
    const button = (label, act, more) => h('button', { type: 'button', onclick: act, ...more }, label)
    this.#tree = new TreeView(row => this.#select(row))
    this.#timeline = new Timeline()
    this.#events = new EventsView()
    const parts = this.#parts = {
      state: h('strong', { class: 'state' }),
      sentence: h('span', { class: 'sentence' }),
      filter: h('input', {
        type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the page, the timeline and the events', autocomplete: 'off', spellcheck: 'false',
        oninput: () => this.#setFilter(parts.filter.value),
      }),
      pause: button('Pause', () => { this.paused = !this.paused }, { 'aria-pressed': String(this.#paused) }),
      copy: button('Copy JSON', () => this.#copy(), { class: 'copy' }),
      why: h('p', { class: 'why' }),
      only: h('p', { class: 'only' }),
      showTime: button('Timeline', () => this.#showPane('time')),
      showEvents: button('Events', () => this.#showPane('events')),
      noPage: h('p', { class: 'empty' }),
      spoken: h('p', { class: 'spoken', role: 'status' }),
    }
    parts.panes = h('div', { class: 'panes' },
      h('section', { class: 'page', 'aria-label': 'Page' },
        h('div', { class: 'scroll' }, parts.noPage, this.#tree.element), parts.why),
      h('div', { class: 'switch', role: 'group', 'aria-label': 'Pane' }, parts.showTime, parts.showEvents),
      h('section', { class: 'time', 'aria-label': 'What happened' }, parts.only, this.#timeline.element),
      h('section', { class: 'events', 'aria-label': 'Events' }, this.#events.element))
    parts.panel = h('section', { class: 'panel', part: 'panel', 'aria-label': 'remote-refresh inspector', 'data-paused': this.#paused },
      h('header', {},
        h('span', { class: 'title' }, 'Inspector'),
        h('p', { class: 'feed' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), parts.state, parts.sentence),
        h('div', { class: 'tools' }, parts.filter, parts.pause, parts.copy,
          button('×', () => this.#close(), { class: 'close', 'aria-label': 'Close the inspector', title: 'Close' }))),
      parts.panes,
      parts.spoken)
    const root = this.shadowRoot
    root.querySelector('.panel')?.remove()
    root.append(parts.panel)
    this.#showPane(this.#pane)
    this.#select(undefined)
    this.#setFilter(this.#filter)
    parts.filter.value = this.#filter
  }

  // Following the App
  // -----------------

  #follow() {
    this.#unfollow()
    this.#app?.Events.on('all', this.#onEvent)
    document.addEventListener('visibilitychange', this.#onVisible)
    this.#interval = setInterval(() => document.hidden || this.#lookAtAll(), LOOK_EVERY)
    this.#lookAtAll()
  }

  #unfollow() {
    this.#app?.Events.off('all', this.#onEvent)
    document.removeEventListener('visibilitychange', this.#onVisible)
    clearInterval(this.#interval)
    cancelAnimationFrame(this.#frame)
    this.#frame = undefined
  }

  /** Many events make one look. */
  #soon() {
    this.#frame ??= requestAnimationFrame(() => this.#look())
  }

  #lookAtAll() {
    this.#look()
    this.#lookAtHandlers()
  }

  #look() {
    cancelAnimationFrame(this.#frame)
    this.#frame = undefined
    if (this.#paused || !this.#parts) return
    const { noPage, panel, sentence, state } = this.#parts
    if (!this.#app) {
      this.#feed = null
      set(panel, 'data-state', 'closed')
      say(state, 'No App')
      say(sentence, 'Set the property: inspector.app = App')
      say(noPage, '')
      return
    }
    const now = Date.now()
    const inspection = this.#app.inspect()
    const feed = this.#feed = lookAtFeed(inspection, now)
    set(panel, 'data-state', feed.state)
    say(state, feed.state)
    say(sentence, feed.sentence)
    set(sentence, 'title', feed.sentence)
    const rows = lookAtPage(inspection, now, this.#number)
    noPage.hidden = rows.length > 0
    say(noPage, 'No page view is displayed: say which one is, by App.show(view) or App.Views.currentPageView = view.')
    this.#tree.show(rows)
    this.#explainSelected()
    const steps = this.#steps.take(this.#app.explain())
    this.#timeline.add(steps)
    for (const { what } of steps) this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1)
    this.#sumUp(feed, now)
  }

  #lookAtHandlers() {
    if (this.#paused || !this.#parts) return
    this.#events.show(this.#app ? lookAtHandlers(this.#app, this.#tree.objects, this.#tree.selected?.ref?.deref()) : [])
    const { showEvents } = this.#parts
    const { warnings } = this.#events
    say(showEvents, warnings ? `Events: ${count(warnings, 'warning')}` : 'Events')
    set(showEvents, 'data-tone', warnings ? 'bad' : undefined)
    if (warnings > this.#warned) this.#tally.set('warning', warnings)
    this.#warned = warnings
  }

  // For those who listen
  // --------------------

  #announce(text) {
    say(this.#parts.spoken, text)
  }

  /** A new state of the feed is said at once, all else as a sum, and seldom. */
  #sumUp({ state, sentence }, now) {
    if (state !== this.#shownState) {
      const first = this.#shownState === undefined
      this.#shownState = state
      if (!first) this.#announce(`Feed ${state}. ${sentence}`)
    } else if (this.#tally.size && now - this.#summedUp >= SUM_UP_EVERY) {
      const words = { change: 'changes', 'refresh:done': 'refreshed', 'refresh:error': 'failed', 'refresh:deferred': 'deferred', 'refresh:skipped': 'skipped' }
      const sums = Object.entries(words).flatMap(([what, word]) => this.#tally.has(what) ? [`${this.#tally.get(what)} ${word}`] : [])
      if (this.#tally.has('warning')) sums.push(`${count(this.#tally.get('warning'), 'warning')} in Events`)
      this.#tally.clear()
      this.#summedUp = now
      if (sums.length) this.#announce(`${sums.join(', ')}.`)
    }
  }

  // The controls
  // ------------

  #setFilter(text) {
    this.#filter = text
    this.#tree.filter(text.trim().toLowerCase())
    const shown = this.#filterSteps()
    const handlers = this.#events.filter(text.trim().toLowerCase())
    if (text) this.#announce(`${this.#tree.shown.length} of the page, ${shown} of the timeline, ${handlers} of the events.`)
  }

  #filterSteps() {
    const words = this.#filter.trim().toLowerCase()
    const target = this.#tree.selected?.ref?.deref()
    return this.#timeline.filter(({ stage, name, hint, words: said, refs }) => {
      const about = !target || stage === 'change' || refs.some(ref => ref.deref() === target)
      return about && (!words || `${stage} ${name} ${hint} ${said}`.toLowerCase().includes(words))
    })
  }

  #select(row) {
    this.#explainSelected()
    const { only } = this.#parts
    only.replaceChildren()
    only.hidden = !row?.ref
    if (row?.ref) {
      only.append(`Changes, and what became of ${row.name} ${row.hint}`.trim(),
        h('button', { type: 'button', onclick: () => this.#tree.select(undefined) }, 'Show all'))
    }
    this.#filterSteps()
    this.#lookAtHandlers()
  }

  #showPane(pane) {
    this.#pane = pane
    const { panes, showEvents, showTime } = this.#parts
    set(panes, 'data-pane', pane)
    set(showTime, 'aria-pressed', String(pane === 'time'))
    set(showEvents, 'aria-pressed', String(pane === 'events'))
  }

  #explainSelected() {
    const row = this.#tree.selected
    say(this.#parts.why, row ? `${row.name}: ${row.sentence}` : 'Select a view, a model or a collection to see what became of it.')
    set(this.#parts.why, 'data-none', !row)
  }

  async #copy() {
    const text = JSON.stringify(this, undefined, 2)
    const { copy } = this.#parts
    const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false) || this.#copyByHand(text)
    this.#announce(copied ? 'Copied.' : 'The browser did not allow it to be copied.')
    say(copy, copied ? 'Copied' : 'Not allowed')
    setTimeout(() => say(copy, 'Copy JSON'), 1500)
  }

  /** Where there is no clipboard to write to: without a secure context. */
  #copyByHand(text) {
    const area = h('textarea', { class: 'spoken', 'aria-hidden': 'true', tabindex: -1 })
    area.value = text
    this.#parts.panel.append(area)
    area.select()
    const copied = document.execCommand('copy')
    area.remove()
    this.#parts.copy.focus()
    return copied
  }

  #close() {
    if (this.dispatchEvent(new Event('close', { cancelable: true }))) this.remove()
  }
}
