// Reads an App by its public methods, as plain rows. Views and entities are held weakly.

import { attempt, nameOfEntity, nameOfView } from './names.js'
import { redact } from './redact.js'
import { changeWords, entityState, feedSentence, pageState, stepWords, viewState } from './words.js'

/** Rows of one tree; what a page has more of is counted. */
export const MAX_ROWS = 400

/** As deep as the walk goes. */
const MAX_DEPTH = 500

/** As many rows that opt out, one after the other, are shown one by one. */
const MAX_ALIKE = 3

/** Changes that were noted within this many ms are the children of one write. */
const ONE_WRITE = 50

/** What the feed does: `{ state, why, sentence, retryAt, renewAt }`, times in ms since 1970. */
export function lookAtFeed({ feed, follows, retryAt, renewAt }, now) {
  const state = feed?.state ?? 'closed'
  const why = feed?.reason ? redact(feed.reason.message) : ''
  const until = time => (time === null ? undefined : Math.max(0, time - now))
  return { state, why, sentence: feedSentence({ state, why, follows, retryIn: until(retryAt), renewIn: until(renewAt) }), retryAt, renewAt }
}

/** Gives each object a number of its own, and keeps none alive. */
export function numbering() {
  const numbers = new WeakMap()
  let last = 0
  return object => numbers.get(object) ?? (numbers.set(object, ++last), last)
}

/**
 * The displayed page view's tree as rows, parents first: `{ id, depth, kind, name, hint, status, tone, sentence, ref, more }`. `number`
 * is what `numbering` gave.
 */
export function lookAtPage({ page, pagePending, answerAt, childrenOf, stateOf }, now, number) {
  const rows = []
  const seen = new Set()
  let left = 0
  const add = row => (rows.length < MAX_ROWS ? rows.push(row) : left++)

  const entity = (view, kind, depth) => {
    const it = attempt(() => view[kind])
    if (typeof attempt(() => it.fetch) !== 'function') return
    const state = stateOf(it)
    const isNew = attempt(() => isUnsaved(it)) ?? false
    add({
      id: `${number(view)}.${kind}`, depth, kind, ...nameOfEntity(it, kind),
      ...entityState(state, state.retryAt === null ? undefined : Math.max(0, state.retryAt - now), isNew), ref: new WeakRef(it),
    })
  }
  const visit = (view, depth) => {
    if (seen.has(view) || depth > MAX_DEPTH) return
    seen.add(view)
    const hook = attempt(() => view.remoteRefresh)
    add({ id: `${number(view)}`, depth, kind: 'view', ...nameOfView(view), ...viewState(hook), ref: new WeakRef(view) })
    if (hook === false) return
    entity(view, 'model', depth + 1)
    entity(view, 'collection', depth + 1)
    const children = attempt(() => childrenOf(view)) ?? []
    for (let i = 0; i < children.length;) {
      const alike = optedOutFrom(children, i)
      if (alike > MAX_ALIKE) {
        const { name } = nameOfView(children[i])
        const { status, tone, sentence } = viewState(false)
        add({ id: `${number(view)}.${i}`, depth: depth + 1, kind: 'views', name: `${alike} × ${name}`, hint: '', status, tone, sentence })
        for (const child of children.slice(i, i + alike)) seen.add(child)
        i += alike
      } else visit(children[i++], depth + 1)
    }
  }
  if (page) {
    visit(page, 0)
    const state = pageState({ pending: pagePending, hidden: document.hidden, answerIn: answerAt === null ? undefined : Math.max(0, answerAt - now) })
    // A refresh that is pending comes before how the page is refreshed.
    Object.assign(rows[0], pagePending ? state : { sentence: `${state.sentence} ${rows[0].sentence}` })
  }
  if (left) rows.push({ id: 'left', depth: 1, kind: 'views', name: `${left} more`, hint: '', status: '', tone: '', sentence: 'A page of this size is not shown in full.' })
  return rows
}

/** What the walk takes for never saved: its own address doesn't exist yet. */
const isUnsaved = entity => entity.isNew?.() && typeof entity.url === 'function' && !Object.hasOwn(entity, 'url')
  && Boolean(entity.urlRoot || entity.collection)

/** How many views from here on opt out and are of one class. */
function optedOutFrom(children, start) {
  const { name } = nameOfView(children[start])
  const alike = view => attempt(() => view.remoteRefresh) === false && nameOfView(view).name === name
  let end = start
  while (end < children.length && alike(children[end])) end++
  return end - start
}

/**
 * Turns the steps of `App.explain`, as they come, into rows: `{ time, since, what, reason, stage, tone, name, hint, words, refs }`, where
 * `refs` are the views and entities that it is about.
 */
export class Steps {
  /** Time of the newest step seen, and how many of that very time. */
  #time = -1
  #count = 0
  /** When the change began that the steps belong to. */
  #changed
  /** entity → when its fetch started. */
  #started = new WeakMap()

  /** The rows for what is new among the steps. */
  take(steps) {
    const rows = []
    let change
    let alike
    for (const step of this.#fresh(steps)) {
      if (step.what === 'change') {
        if (!change || step.time - this.#changed > ONE_WRITE) {
          this.#changed = step.time
          change = []
          rows.push({ time: step.time, what: 'change', stage: 'change', tone: '', hint: '', refs: [] })
        }
        change.push(step)
        const { name, words } = changeWords(change)
        Object.assign(rows.at(-1), { name: redact(name), words: redact(words) })
        alike = undefined
        continue
      }
      change = undefined
      const row = this.#row(step)
      if (row.reason === 'opted-out' && row.name === alike?.name) {
        alike.rows.push(row)
        Object.assign(alike.rows[0], { name: `${alike.rows.length} × ${row.name}`, hint: '', refs: alike.rows.flatMap(({ refs }) => refs) })
      } else {
        rows.push(row)
        alike = row.reason === 'opted-out' ? { name: row.name, rows: [row] } : undefined
      }
    }
    return rows
  }

  /** The steps after those that were taken. Their times never go back. */
  #fresh(steps) {
    let same = 0
    const fresh = steps.filter(({ time }) => time > this.#time || (time === this.#time && ++same > this.#count))
    const last = fresh.at(-1)?.time
    if (last !== undefined) {
      this.#count = steps.filter(({ time }) => time === last).length
      this.#time = last
    }
    return fresh
  }

  #row(step) {
    const { time, what, reason, view, entity } = step
    if (entity && what === 'refresh:start') this.#started.set(entity, time)
    const start = entity && this.#started.get(entity)
    const about = entity ? nameOfEntity(entity) : view ? nameOfView(view) : { name: 'Something that is gone', hint: '' }
    return {
      time, since: this.#changed === undefined ? undefined : time - this.#changed, what, reason,
      ...about, ...stepWords(step, start && time - start, causeOf(step.cause)),
      refs: [view, entity].filter(Boolean).map(object => new WeakRef(object)),
    }
  }
}

/** What may be said of what was thrown, or of the answer that failed. No body: it may hold anything. */
function causeOf(cause) {
  const status = attempt(() => cause.status ?? cause.response?.status)
  if (Number.isInteger(status)) return status ? `HTTP ${status}` : 'no answer'
  const message = attempt(() => cause.message)
  return typeof message === 'string' ? redact(message, 160) : ''
}
