// Sentences for what happened and what will. Nothing here looks at an App: numbers, names and codes go in, sentences come out.

/** Why a refresh was skipped, by `reason`. */
const SKIPPED = {
  'opted-out': 'opts out (remoteRefresh is false); whoever holds it refreshes it',
  new: 'it was never saved, so the server has nothing to fetch yet',
  'not-concerned': 'nothing of its type has changed since it was read',
  'own-write': 'this client wrote the change itself, and the answer to that write showed it already',
}

/** Why one waits, by `reason`. */
const DEFERRED = {
  hidden: 'the tab is hidden; it follows when the tab is seen',
  unsaved: 'it has unsaved edits, which a fetch would overwrite; it follows when they are saved or taken back',
  focused: 'someone types in the field that shows it; it follows when the field is left',
}

/** What failed, by the error's code. */
const FAILED = {
  'fetch-threw': 'the fetch could not be made; mostly there is no url',
  'fetch-failed': 'the request failed',
  'fetch-timeout': 'the fetch did not settle in time',
  invalid: 'the answer did not pass the model’s validate',
  'hook-threw': 'its remoteRefresh threw; the walk went on without it',
  'subviews-threw': 'what lists its subviews threw; the walk went on without them',
  'refresh-threw': 'reading its model or collection threw; the walk went on without it',
  'too-deep': 'subviews are nested too deep; those below were not refreshed',
}

/** A wait in words: `now`, `0.4 s`, `12 s`, `5 min`. */
export function wait(ms) {
  if (ms < 50) return 'now'
  if (ms < 9950) return `in ${(ms / 1000).toFixed(1)} s`
  return ms < 120_000 ? `in ${Math.round(ms / 1000)} s` : `in ${Math.round(ms / 60_000)} min`
}

/** How long something took: `142 ms`, `1.4 s`. */
export const took = ms => (ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/**
 * What a feed does and what it will do next. `why` is the reason for its state as the App says it; waits are in ms, and undefined
 * where there is none.
 */
export function feedSentence({ state, why, follows, retryIn, renewIn }) {
  const because = why ? ` (${why})` : ''
  const next = retryIn === undefined ? '' : ` Next attempt ${wait(retryIn)}.`
  switch (state) {
    case 'connecting': return follows ? 'Asking the tab that has the stream.' : `Waiting for the first value${because}.${next}`
    case 'open': {
      if (follows) return 'Changes arrive through another tab, which has the stream.'
      return `Changes arrive as they happen.${renewIn === undefined ? '' : ` New token ${wait(renewIn)}.`}`
    }
    case 'stale': return `The stream was lost${because}. What is missed is compared when it is back.${next || (follows ? '' : ' Connecting now.')}`
    case 'offline': return `The browser is offline. It connects when the network is back.${next}`
    case 'denied': return `The server refused${because}. Nothing is tried until feed.authenticate() is called.`
    default: return 'App.connect was not called, or the feed was closed.'
  }
}

/** How a page view stands: a few words for its row, and a sentence. */
export function pageState({ pending, hidden, answerIn }) {
  if (!pending) return { status: '', tone: '', sentence: 'The displayed page view. It has applied all that the feed said.' }
  if (answerIn !== undefined) {
    return { status: `refresh ${wait(answerIn)}`, tone: 'wait', sentence: 'A change waits for quiet, or for this client’s turn; then the page view is refreshed.' }
  }
  const why = hidden ? 'The tab is hidden: it is refreshed when the tab is seen.' : 'It has not applied the newest change yet.'
  return { status: 'refresh pending', tone: 'wait', sentence: why }
}

/** How an entity stands, from what `App.inspect().stateOf` gives and the wait for its next try. */
export function entityState({ fetching, requested, pending, deferred, givenUp }, retryIn, isNew) {
  const state = (status, tone, sentence) => ({ status, tone, sentence })
  if (fetching) {
    return pending
      ? state('fetching, one pending', 'busy', 'A refresh is under way. More changed meanwhile, so exactly one more follows.')
      : state('fetching', 'busy', 'A refresh is under way; it started after the newest change was seen.')
  }
  if (deferred) return state('waits for edits', 'wait', 'A refresh would overwrite the user’s work. It follows when that is saved, taken back or left.')
  if (givenUp) return state('gave up', 'bad', 'Its fetch failed for good. It is tried again after the next change, or when the network is back or the tab visible.')
  if (retryIn !== undefined) return state(`retry ${wait(retryIn)}`, 'bad', 'Its fetch failed and is repeated after a wait.')
  if (requested) {
    return pending
      ? state('pending, app fetches', 'busy', 'A fetch is pending. It waits for a request that the app itself has under way.')
      : state('app fetches', 'busy', 'The app itself has a request under way.')
  }
  if (pending) return state('fetch pending', 'wait', 'A change concerns it; its fetch is about to start.')
  if (isNew) return state('new', '', 'It was never saved: there is nothing to fetch.')
  return state('up to date', 'good', 'Nothing is under way, and nothing is pending.')
}

/** What a view's own answer to changes is, for those that have one. */
export function viewState(hook) {
  if (hook === false) return { status: 'opts out', tone: '', sentence: 'It opts out of refreshes (remoteRefresh is false): whoever holds it refreshes it.' }
  return typeof hook === 'function'
    ? { status: '', tone: '', sentence: 'Its own remoteRefresh is called, and decides what is refreshed.' }
    : { status: '', tone: '', sentence: 'Its model, its collection and its subviews are refreshed.' }
}

/** How many of something: `1 handler`, `2 handlers`. */
export const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`

/** What to do about a list that is longer than any app needs. */
export const MANY = 'Most likely a view adds them each time it is shown. Call stopListening() or off() when the view is removed.'

/** What to do about views that were removed and listen still; `emitter` is what they listen to, in words. */
export const goneSentence = (views, emitter) => (views === 1
  ? `Still listens to ${emitter}, so it stays in memory. Call its stopListening() when it is removed.`
  : `Still listen to ${emitter}, so they stay in memory. Call stopListening() when such a view is removed.`)

/** The children of one write, which are one change: the models it says, and the children of the user's node. */
export function changeWords(steps) {
  const models = steps.filter(step => step.type).map(({ type, operation, id }) => `${type}${id === undefined ? '' : ` ${id}`} ${operation}`)
  const keys = [...new Set(steps.filter(step => step.event).map(({ key }) => key))].join(', ')
  return { name: models.join(', ') || 'The feed changed', words: keys && `feed: ${keys}` }
}

/** One step of `App.explain` as `{ stage, tone, words }`. `ms` is how long its fetch took, `cause` what is known of an error. */
export function stepWords({ what, reason }, ms, cause) {
  const step = (stage, tone, words) => ({ stage, tone, words })
  switch (what) {
    case 'plan': return step('plan', '', 'the page view is refreshed')
    case 'joined': return step('gate', '', 'joined: a fetch that is under way or pending will show it')
    case 'refresh:start': return step('fetch', 'busy', '')
    case 'refresh:done': return step('result', 'good', ms === undefined ? 'up to date' : `up to date after ${took(ms)}`)
    case 'refresh:error': return step('result', 'bad', `${FAILED[reason] ?? reason}${cause ? ` (${cause})` : ''}`)
    case 'refresh:deferred': return step('gate', 'wait', `waits: ${DEFERRED[reason] ?? reason}`)
    case 'refresh:skipped': return step('gate', '', `skipped: ${SKIPPED[reason] ?? reason}`)
    default: return step('', '', what)
  }
}
