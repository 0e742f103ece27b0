// One pass visits each once: views, models and collections, however often the tree holds them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { View, fakeNetwork, newApp, newCollection, newModel } from './support/world.mjs'

test('a model under many views is fetched once', () => {
  const { App } = newApp()
  const { urls } = fakeNetwork()
  const model = newModel('/shared')
  App.Utils.RemoteRefresh({ model, _subviews: Array.from({ length: 20 }, () => new View({ model })) })
  assert.deepEqual(urls(), ['/shared'])
})

test('the page of the original, 20 subviews on 5 models and a collection, makes 6 requests', () => {
  const { App } = newApp()
  const { requests } = fakeNetwork()
  const collection = newCollection()
  const models = Array.from({ length: 5 }, () => newModel())
  const remoteRefresh = function (snapshot) { App.Utils.RemoteRefresh(this, snapshot) }
  const subviews = Array.from({ length: 20 }, (_, i) => Object.assign(new View({ model: models[i % 5], collection }), { remoteRefresh }))
  App.Utils.RemoteRefresh(Object.assign(new View({ collection }), { _subviews: subviews }))
  assert.equal(requests.length, 6)
})

test('cycles end', () => {
  const { App, told } = newApp()
  const calls = []
  const hook = name => function (snapshot) {
    calls.push(name)
    App.Utils.RemoteRefresh(this, snapshot)
  }
  const [a, b] = [{ remoteRefresh: hook('a') }, { remoteRefresh: hook('b') }]
  a._subviews = [b, a]
  b._subviews = [a, b]
  App.Utils.RemoteRefresh({ _subviews: [a, b] }, {})
  assert.deepEqual(calls, ['a', 'b'])
  assert.deepEqual(told('refresh:error'), [])
})

test('a view in two places is called once', () => {
  const { App } = newApp()
  let calls = 0
  const shared = { remoteRefresh: () => calls++ }
  App.Utils.RemoteRefresh({ _subviews: [{ _subviews: [shared] }, { _subviews: [shared] }, shared] })
  assert.equal(calls, 1)
})

test('a hook that calls RemoteRefresh without the snapshot stays in the pass', () => {
  const { App } = newApp()
  const { urls } = fakeNetwork()
  const model = newModel('/shared')
  const child = () => ({ model, remoteRefresh() { App.Utils.RemoteRefresh(this) } })
  App.Utils.RemoteRefresh({ _subviews: [child(), child()] }, {})
  assert.deepEqual(urls(), ['/shared'])
})

test('another call is another pass', async () => {
  const { App } = newApp()
  const { requests, answerAll } = fakeNetwork()
  const view = { model: newModel() }
  App.Utils.RemoteRefresh(view)
  await answerAll()
  App.Utils.RemoteRefresh(view)
  assert.equal(requests.length, 2)
})

test('the same snapshot of somebody else\'s is one pass within a script, and another one later', async () => {
  const { App } = newApp()
  const { requests, answerAll } = fakeNetwork()
  const [view, snapshot] = [{ model: newModel() }, {}]
  App.Utils.RemoteRefresh(view, snapshot)
  App.Utils.RemoteRefresh(view, snapshot)
  await answerAll()
  assert.equal(requests.length, 1)
  App.Utils.RemoteRefresh(view, snapshot)
  assert.equal(requests.length, 2)
})

test('two Apps do not count for each other', () => {
  const { requests } = fakeNetwork()
  const view = { model: newModel() }
  newApp().App.Utils.RemoteRefresh(view)
  newApp().App.Utils.RemoteRefresh(view)
  assert.equal(requests.length, 2)
})
