// One in flight, one pending: a burst costs each entity at most two requests, and the last starts after the last change.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFeed } from './support/feed-server.mjs'
import { View, fakeNetwork, newApp, newCollection, newModel, settle, until } from './support/world.mjs'

/** The page of the original: 20 subviews that share 5 models and the page's collection. */
function originalPage(App) {
  const remoteRefresh = function (snapshot) { App.Utils.RemoteRefresh(this, snapshot) }
  const collection = newCollection()
  const models = Array.from({ length: 5 }, () => newModel())
  const view = own => Object.assign(new View({ collection, ...own }), { remoteRefresh })
  return Object.assign(view(), { _subviews: Array.from({ length: 20 }, (_, i) => view({ model: models[i % 5] })) })
}

test('ten changes in one tick cost the page of the original 12 requests instead of 270', async () => {
  const { App } = newApp()
  const { requests, answerAll } = fakeNetwork()
  const page = originalPage(App)
  for (let change = 0; change < 10; change++) page.remoteRefresh({ change })
  assert.equal(requests.length, 6)
  await answerAll()
  assert.equal(requests.length, 12)
})

test('changes spread over two slow fetches: one more each time, never two at once', async () => {
  const { App } = newApp()
  const { requests } = fakeNetwork()
  const view = { model: newModel() }
  const change = () => App.Utils.RemoteRefresh(view)
  for (let i = 0; i < 5; i++) change()
  assert.equal(requests.length, 1)
  requests[0].answer()
  await settle()
  assert.equal(requests.length, 2)
  for (let i = 0; i < 5; i++) change()
  assert.equal(requests.length, 2)
  requests[1].answer()
  await settle()
  assert.equal(requests.length, 3)
  requests[2].answer()
  await settle()
  assert.equal(requests.length, 3)
})

test('a change seen by a handler of `refresh:done` starts one fetch after it', async () => {
  const { App } = newApp()
  const { requests, answerAll } = fakeNetwork()
  const view = { model: newModel() }
  App.Events.once('refresh:done', () => App.Utils.RemoteRefresh(view))
  App.Utils.RemoteRefresh(view)
  await answerAll()
  assert.equal(requests.length, 2)
})

test('a fetch that failed stays pending: the next change fetches once', async () => {
  const { App } = newApp({ fetchRetries: 0 })
  const { requests, answerAll } = fakeNetwork()
  const view = { model: newModel() }
  App.Utils.RemoteRefresh(view)
  requests[0].fail(503)
  await settle()
  App.Utils.RemoteRefresh(view)
  await answerAll({})
  assert.equal(requests.length, 2)
})

test('200 changes on the wire while the fetch is slow cost each entity two requests, the last after the last change', async () => {
  const feed = await startFeed({ updated: 0 })
  const { App, told } = newApp()
  const { requests, answerAll } = fakeNetwork()
  const handle = App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  App.show(originalPage(App))
  const order = []
  App.Events.on('refresh:start', () => order.push('fetch'))
  App.Events.on('firebase.child_changed', () => order.push('change'))
  feed.put('/updated', 1)
  await until(() => requests.length)
  for (let updated = 2; updated <= 200; updated++) feed.put('/updated', updated)
  await until(() => told('firebase.child_changed').length === 200)
  assert.equal(requests.length, 6)
  await answerAll()
  assert.equal(requests.length, 12)
  assert.deepEqual(order.slice(-6), Array(6).fill('fetch'))
  handle.close()
})

test('one write to several children is one pass', async () => {
  const feed = await startFeed({ updated: 0, version: 0 })
  const { App, told } = newApp()
  const { requests, answerAll } = fakeNetwork()
  const handle = App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  let hooks = 0
  const view = { model: newModel(), remoteRefresh(snapshot) { hooks++; App.Utils.RemoteRefresh(this, snapshot) } }
  App.show(view)
  feed.patch({ updated: 1, version: 1, 'models/Message/version': 1 })
  await until(() => told('refresh:start').length)
  await answerAll()
  assert.equal(hooks, 1)
  assert.equal(requests.length, 1)
  handle.close()
})
