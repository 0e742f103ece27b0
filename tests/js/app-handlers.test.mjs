// Handlers of the App's own events: what they throw is seen, and harms nobody.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { startFeed } from './support/feed-server.mjs'
import { fakeNetwork, newApp, newModel, surfaced, until } from './support/world.mjs'

const CHANGE = 'firebase.child_added'

/** An App whose feed is open, and that feed. */
async function connected() {
  const feed = await startFeed({ updated: 1 })
  const world = newApp()
  const handle = world.App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  return { ...world, feed, handle }
}

test('a handler that throws stops neither the other handlers nor the page\'s refresh, and its error surfaces', async () => {
  const { App, feed, handle } = await connected()
  const { urls } = fakeNetwork()
  const calls = []
  const errors = ['first', 'all'].map(name => new Error(name))
  App.Events.on(CHANGE, () => { throw errors[0] })
  App.Events.on('all', name => { if (name === CHANGE) throw errors[1] })
  App.Events.on(CHANGE, snapshot => calls.push(snapshot.val()))
  App.show({ model: newModel('/page') })
  feed.put('/updated', 2)
  await until(() => urls().length)
  assert.deepEqual(calls, [2])
  assert.deepEqual(surfaced.splice(0), errors)
  assert.deepEqual(urls(), ['/page'])
  assert.equal(handle.state, 'open')
  handle.close()
})

test('a handler of a refresh event that throws does not keep the fetch from settling', async () => {
  const { App, told } = newApp()
  const { requests, answerAll } = fakeNetwork()
  for (const name of ['refresh:start', 'refresh:done']) App.Events.on(name, () => { throw new Error(name) })
  const view = { model: newModel() }
  App.Utils.RemoteRefresh(view)
  App.Utils.RemoteRefresh(view)
  await answerAll()
  assert.equal(requests.length, 2)
  assert.equal(told('refresh:done').length, 2)
  assert.equal(surfaced.splice(0).length, 4)
})

test('a Backbone view that listens is called with itself as `this`, and no longer once it stopped', async () => {
  const { App, feed, handle, told } = await connected()
  const view = Object.assign({ heard: 0 }, Backbone.Events)
  view.listenTo(App.Events, CHANGE, function () { this.heard++ })
  App.Events.once(CHANGE, () => view.heard += 10)
  feed.put('/updated', 2)
  await until(() => told(CHANGE).length === 1)
  feed.put('/updated', 3)
  await until(() => told(CHANGE).length === 2)
  view.stopListening()
  feed.put('/updated', 4)
  await until(() => told(CHANGE).length === 3)
  assert.equal(view.heard, 12)
  handle.close()
})

test('a handler added during an event does not hear of it, one removed still does', async () => {
  const { App, feed, handle, told } = await connected()
  const calls = []
  const last = () => calls.push('removed')
  App.Events.once(CHANGE, () => {
    App.Events.on(CHANGE, () => calls.push('added'))
    App.Events.off(CHANGE, last)
  })
  App.Events.on(CHANGE, last)
  feed.put('/updated', 2)
  await until(() => told(CHANGE).length === 1)
  assert.deepEqual(calls, ['removed'])
  handle.close()
})

test('a handler may close the feed: what else the write brought is not told', async () => {
  const { App, feed, handle, told } = await connected()
  App.Events.once(CHANGE, () => handle.close())
  let refreshed = 0
  App.show({ remoteRefresh: () => refreshed++ })
  feed.patch({ updated: 2, version: 7 })
  await until(() => handle.state === 'closed')
  assert.equal(told(CHANGE).length, 1)
  assert.equal(refreshed, 0)
})

test('a handler may connect for another user and show another page', async () => {
  const { App, feed, handle, told } = await connected()
  const other = await startFeed({ updated: 5 })
  let next
  const calls = []
  App.show({ remoteRefresh: () => calls.push('old page') })
  App.Events.once(CHANGE, () => {
    next = App.connect({ url: other.url, uid: 'u2' })
    App.show({ remoteRefresh: () => calls.push('new page') })
  })
  feed.patch({ updated: 2, version: 7 })
  await until(() => next?.state === 'open')
  assert.equal(handle.state, 'closed')
  assert.deepEqual(told(CHANGE).map(snapshot => snapshot.ref().toString()), [`${feed.url}/users/u1/version`])
  await until(() => calls.length)
  assert.deepEqual(calls, ['new page'])
  next.close()
})

test('a hook may show another page', async () => {
  const { App, feed, handle } = await connected()
  const calls = []
  App.show({ remoteRefresh() { calls.push('first'); App.show({ remoteRefresh: () => calls.push('second') }) } })
  feed.put('/updated', 2)
  await until(() => calls.length)
  feed.put('/updated', 3)
  await until(() => calls.length > 1)
  assert.deepEqual(calls, ['first', 'second'])
  handle.close()
})

test('what mixes App.Events in shares no handlers with it', () => {
  const { App, log } = newApp()
  const other = Object.assign({}, App.Events)
  const spread = { ...App.Events }
  const listener = Object.assign({}, Backbone.Events)
  listener.listenTo(App.Events, 'news', () => {})
  App.Events.listenTo(other, 'news', () => {})
  let heard = 0
  other.on('news', () => heard++)
  App.Events.trigger('news')
  assert.equal(heard, 0)
  log.length = 0
  other.trigger('news')
  spread.trigger('news')
  assert.equal(heard, 1)
  assert.deepEqual(log, [])
  assert.deepEqual(Object.keys(App.Events).filter(name => name.startsWith('_')), [])
  listener.stopListening()
  App.Events.stopListening()
})
