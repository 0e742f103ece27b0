// <remote-refresh-inspector>: what it says of an App.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { window, press } from './support/page.mjs'
import { fakeNetwork, newApp, newCollection, newModel, settle, until } from './support/world.mjs'
import { startFeed } from './support/feed-server.mjs'
import { fakeFeed } from '../../dist/testing.js'
import { openInspector, RemoteRefreshInspector } from '../../dist/inspector.js'

afterEach(() => document.body.replaceChildren())

class Inbox {}
class Row { remoteRefresh = false }

/** An App with a fake feed that is open, a page view that shows a model and a collection, and an inspector. */
async function inspected({ page = new Inbox(), options } = {}) {
  const { App } = newApp(options)
  const network = fakeNetwork()
  const feed = fakeFeed()
  const handle = App.connect({ uid: 'ann', provider: feed, reconnectionDelay: 600_000 })
  await until(() => handle.state === 'open')
  page.model ??= newModel('/inbox')
  page.collection ??= newCollection('/messages?page=2')
  App.show(page)
  const inspector = openInspector(App)
  return { App, feed, handle, inspector, page, ...network, root: inspector.shadowRoot, shown: () => inspector.toJSON() }
}

/** Waits until the inspector has looked and shows what satisfies the condition. */
const shows = (inspector, condition) => until(() => condition(inspector.toJSON()) && inspector.toJSON())
const row = (shown, name) => shown.page.find(row => row.name === name)
const steps = shown => shown.timeline.map(({ stage, name, reason }) => [stage, name, reason].filter(Boolean).join(' '))

test('an App’s inspector is opened once, and says so if it is given something else', async () => {
  const { App, inspector } = await inspected()
  assert.equal(openInspector(App), inspector)
  assert.ok(inspector instanceof RemoteRefreshInspector && inspector.isConnected)
  assert.throws(() => { inspector.app = {} }, { code: 'invalid-app' })
  assert.equal(inspector.app, App)
})

test('without an App it says how to give it one, and takes one set before it was defined', () => {
  const inspector = document.createElement('remote-refresh-inspector')
  document.body.append(inspector)
  assert.match(inspector.shadowRoot.textContent, /inspector\.app = App/)
  assert.equal(inspector.toJSON().feed, null)
  const { App } = newApp()
  const early = document.createElement('remote-refresh-inspector')
  Object.defineProperty(early, 'app', { value: App, configurable: true, writable: true, enumerable: true })
  document.body.append(early)
  assert.equal(early.toJSON().feed.state, 'closed')
  assert.equal(App.Events._events.all.length, 2, 'it follows once, beside the test')
})

test('the feed says what it does next', async () => {
  const { feed, handle, inspector } = await inspected()
  assert.deepEqual(inspector.toJSON().feed, { state: 'open', reason: undefined, sentence: 'Changes arrive as they happen.' })
  feed.drop('the cable')
  const { feed: lost } = await shows(inspector, ({ feed }) => feed.state === 'stale')
  assert.match(lost.sentence, /cable.*Next attempt (now|in [\d.]+ (s|min))\.$/)
  handle.close()
  const { feed: closed } = await shows(inspector, ({ feed }) => feed.state === 'closed')
  assert.match(closed.sentence, /App\.connect was not called/)
})

test('the tree has what the page view shows, rows that opt out in one', async () => {
  const page = new Inbox()
  page._subviews = [...Array.from({ length: 5 }, () => new Row()), page, { remoteRefresh: false, constructor: { name: 'Advert' } }]
  const { inspector } = await inspected({ page })
  assert.deepEqual(inspector.toJSON().page.map(({ depth, kind, name, status }) => [depth, kind, name, status]), [
    [0, 'view', 'Inbox', ''], [1, 'model', 'model', 'up to date'], [1, 'collection', 'collection', 'up to date'],
    [1, 'views', '5 × Row', 'opts out'], [1, 'view', 'Advert', 'opts out'],
  ])
  assert.equal(row(inspector.toJSON(), 'collection').hint, '/messages?page=2')
})

test('what an entity fetches, what is pending, and the way from the change to the result', async () => {
  const { feed, inspector, requests } = await inspected({ page: Object.assign(new Inbox(), { collection: {} }) })
  feed.change({ Message: 'm1' })
  await shows(inspector, shown => row(shown, 'model').status === 'fetching')
  feed.change({ Message: 'm2' })
  await shows(inspector, shown => row(shown, 'model').status === 'fetching, one pending')
  requests[0].answer()
  await until(() => requests.length === 2)
  requests[1].answer()
  const shown = await shows(inspector, shown => row(shown, 'model').status === 'up to date' && shown.timeline.length > 8)
  assert.deepEqual(steps(shown), [
    'change Message m1 changed', 'plan Inbox', 'fetch model', 'change Message m2 changed', 'plan Inbox', 'gate model',
    'result model', 'fetch model', 'result model',
  ])
  assert.match(shown.timeline.at(-1).words, /^up to date after \d+ ms$/)
})

test('a failure says what failed, and when it is tried again', async () => {
  const { feed, inspector, requests } = await inspected({ page: Object.assign(new Inbox(), { collection: {} }) })
  feed.change()
  await until(() => requests.length === 1)
  requests[0].fail(503)
  const shown = await shows(inspector, shown => /^retry/.test(row(shown, 'model').status))
  assert.match(shown.timeline.at(-1).words, /the request failed \(HTTP 503\)/)
  feed.change()
  await until(() => requests.length === 2)
  requests[1].fail(404)
  await shows(inspector, shown => shown.timeline.at(-1).words.includes('HTTP 404'))
})

test('why one was skipped, in plain words', async () => {
  const { App, feed, inspector, page, requests } = await inspected()
  App.live(page.model, { type: 'User' })
  feed.change({ Message: 'm1' })
  await until(() => requests.length === 1)
  const shown = await shows(inspector, shown => shown.timeline.some(({ reason }) => reason === 'not-concerned'))
  assert.match(shown.timeline.find(({ reason }) => reason === 'not-concerned').words, /skipped: nothing of its type has changed/)
})

test('no page view is displayed: it says what to do', async () => {
  const { App, inspector, root } = await inspected()
  App.show(null)
  await until(() => inspector.toJSON().page.length === 0)
  assert.match(root.textContent, /No page view is displayed: say which one is, by App\.show\(view\)/)
})

test('paused, it stands still; then it shows what happened meanwhile', async () => {
  const { feed, inspector, requests, root } = await inspected()
  const pause = [...root.querySelectorAll('button')].find(({ textContent }) => textContent === 'Pause')
  pause.click()
  assert.equal(inspector.paused, true)
  assert.equal(pause.getAttribute('aria-pressed'), 'true')
  const before = JSON.stringify({ ...inspector.toJSON(), inspected: '' })
  feed.change()
  await until(() => requests.length === 2)
  await new Promise(resolve => window.requestAnimationFrame(() => resolve()))
  assert.equal(JSON.stringify({ ...inspector.toJSON(), inspected: '' }), before)
  pause.click()
  assert.deepEqual(steps(inspector.toJSON()), ['change The feed changed', 'plan Inbox', 'fetch model', 'fetch collection'])
})

test('the filter leaves what has its words, in the tree with all that it is in', async () => {
  const { feed, inspector, requests, root } = await inspected({ page: Object.assign(new Inbox(), { _subviews: [{ model: newModel('/needle'), constructor: { name: 'Haystack' } }] }) })
  feed.change()
  await until(() => requests.length === 3)
  await shows(inspector, ({ timeline }) => timeline.length === 5)
  const input = root.querySelector('input')
  input.value = 'Needle'
  input.dispatchEvent(new window.Event('input'))
  assert.deepEqual(inspector.toJSON().page.map(({ name }) => name), ['Inbox', 'Haystack', 'model'])
  assert.deepEqual(inspector.toJSON().timeline.map(({ hint }) => hint), ['/needle'])
  input.value = ''
  input.dispatchEvent(new window.Event('input'))
  assert.equal(inspector.toJSON().timeline.length, 5)
})

test('the tree takes the keys of its pattern, and what is selected filters the timeline', async () => {
  const { feed, inspector, requests, root } = await inspected({ page: Object.assign(new Inbox(), { _subviews: [{ model: newModel('/deep'), constructor: { name: 'Side' } }] }) })
  feed.change()
  await until(() => requests.length === 3)
  await shows(inspector, ({ timeline }) => timeline.length === 5)
  const names = () => [...root.querySelectorAll('[role=treeitem]')].map(item => item.querySelector('.name').textContent)
  const at = () => root.activeElement.querySelector('.name').textContent
  root.querySelector('[role=treeitem][tabindex="0"]').focus()
  assert.equal(at(), 'Inbox')
  assert.equal(root.querySelectorAll('[tabindex="0"][role=treeitem]').length, 1, 'one stop for the tab key')
  press(root, 'End')
  assert.equal(at(), 'model')
  press(root, 'ArrowLeft')
  assert.equal(at(), 'Side')
  press(root, 'ArrowLeft')
  assert.equal(root.activeElement.getAttribute('aria-expanded'), 'false')
  assert.deepEqual(names(), ['Inbox', 'model', 'collection', 'Side'])
  press(root, 'ArrowRight')
  assert.equal(root.activeElement.getAttribute('aria-expanded'), 'true')
  press(root, 'ArrowRight')
  press(root, 'Enter')
  assert.equal(root.activeElement.getAttribute('aria-selected'), 'true')
  assert.deepEqual(inspector.toJSON().timeline.map(({ name, hint }) => `${name} ${hint}`), ['The feed changed ', 'model /deep'])
  press(root, 'Home')
  press(root, 'ArrowDown')
  press(root, 'ArrowUp')
  press(root, 's')
  assert.equal(at(), 'Side')
  root.querySelector('.only button').click()
  assert.equal(inspector.toJSON().timeline.length, 5)
})

test('it tells those who listen a new state at once, and what was refreshed seldom', async () => {
  const { feed, inspector, requests, root } = await inspected()
  const spoken = []
  new window.MutationObserver(() => spoken.push(root.querySelector('[role=status]').textContent))
    .observe(root.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true })
  for (let change = 0; change < 20; change++) feed.change()
  await until(() => requests.length === 2)
  for (const request of requests) request.answer()
  await shows(inspector, ({ timeline }) => timeline.length > 20)
  feed.deny('no entry')
  await shows(inspector, ({ feed }) => feed.state === 'denied')
  await settle()
  assert.match(spoken.at(-1), /^Feed denied\. The server refused/)
  assert.ok(spoken.length <= 2, `${spoken.length} announcements`)
})

test('tokens are neither shown nor copied', async () => {
  const SECRET = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'
  const server = await startFeed({ updated: 1 })
  const { App } = newApp()
  const page = new Inbox()
  page.model = newModel(`/inbox?access_token=${SECRET}&page=2`)
  page.el = { tagName: 'DIV', id: '', className: SECRET }
  page.remoteRefresh = () => { throw new Error(`https://api.example/x?auth=${SECRET} said no to Bearer ${SECRET}`) }
  App.show(page)
  const inspector = openInspector(App)
  const feed = App.connect({ url: `${server.url}?ns=x`, uid: 'u1', auth: SECRET, shareTabs: false })
  await until(() => feed.state === 'open')
  server.put('/updated', 2)
  const shown = await shows(inspector, ({ timeline }) => timeline.some(({ reason }) => reason === 'hook-threw'))
  assert.match(shown.page[1].hint, /^\/inbox\?access_token=…&page=2$/)
  for (const text of [JSON.stringify(inspector), inspector.shadowRoot.innerHTML]) assert.doesNotMatch(text, /eyJ|c2lnbmF0/)
  feed.close()
})

test('removed, it follows nothing', async () => {
  const { App, feed, inspector, requests } = await inspected()
  const before = App.Events._events.all.length
  root(inspector).querySelector('.close').click()
  assert.equal(inspector.isConnected, false)
  assert.equal((App.Events._events.all ?? []).length, before - 1)
  const shown = JSON.stringify(inspector.toJSON().timeline)
  feed.change()
  await until(() => requests.length === 2)
  await new Promise(resolve => window.requestAnimationFrame(() => resolve()))
  assert.equal(JSON.stringify(inspector.toJSON().timeline), shown)
  document.body.append(inspector)
  assert.equal(inspector.toJSON().timeline.length, 4)
})

test('its close button can be told not to', async () => {
  const { inspector } = await inspected()
  inspector.addEventListener('close', event => event.preventDefault())
  root(inspector).querySelector('.close').click()
  assert.ok(inspector.isConnected)
})

const root = inspector => inspector.shadowRoot
