// The wiring of 2014, which must keep working as it is: a Firebase ref re-emitted on App.Events, a listener in the history
// that calls the page view's hook inside a try/catch, views of Famo.us, and a walk that apps call by its old name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFeed } from './support/feed-server.mjs'
import { fakeNetwork, newApp, newCollection, newModel, until } from './support/world.mjs'

/** The app: its bus, its history and its views are wired as the original's were. */
function originalApp() {
  const world = newApp()
  const { App } = world
  const swallowed = []

  // history.js
  App.Events.on('firebase.child_added', snapshot => {
    try {
      App.Views.currentPageView.remoteRefresh.apply(App.Views.currentPageView, [snapshot])
    } catch (error) {
      swallowed.push(error)
    }
  })

  // A view of Famo.us: a constructor function with nothing of Backbone.
  function PageView(options) {
    this.model = options.model
    this.collection = options.collection
    this._subviews = []
    this.snapshots = []
  }
  PageView.prototype.remoteRefresh = function (snapshot) {
    this.snapshots.push(snapshot)
    App.Utils.RemoteRefresh(this, snapshot)
  }

  const page = new PageView({ collection: newCollection('/messages') })
  const me = newModel('/me')
  page._subviews.push(new PageView({ model: newModel('/message') }), new PageView({ model: me }), new PageView({ model: me }))
  return { ...world, page, swallowed }
}

/** A ref of the SDK of 2014. */
function oldFirebase() {
  const handlers = []
  return {
    on: (name, handler) => handlers.push([name, handler]),
    change: (name, value) => handlers.forEach(([, handler]) => handler({ name: () => name, val: () => value })),
  }
}

const URLS = ['/messages', '/message', '/me']

for (const method of ['emit', 'trigger']) {
  test(`a ref of the app's own, re-emitted by ${method}, refreshes the page`, async () => {
    const { App, page, swallowed } = originalApp()
    const { urls, answerAll } = fakeNetwork()
    App.Views.currentPageView = page
    const ref = oldFirebase()
    ref.on('child_changed', snapshot => App.Events[method]('firebase.child_added', snapshot))
    ref.change('updated', 1)
    assert.deepEqual(urls(), URLS)
    assert.equal(page.snapshots[0].val(), 1)
    await answerAll()
    assert.deepEqual(urls(), URLS)
    assert.deepEqual(swallowed, [])
  })
}

test('ten changes of its own in one tick cost two requests each', async () => {
  const { App, page } = originalApp()
  const { requests, answerAll } = fakeNetwork()
  App.Views.currentPageView = page
  const ref = oldFirebase()
  ref.on('child_changed', snapshot => App.Events.emit('firebase.child_added', snapshot))
  for (let change = 1; change <= 10; change++) ref.change('updated', change)
  await answerAll()
  assert.equal(requests.length, 2 * URLS.length)
})

test('without a page, and with a page without the hook, its try/catch has the error', () => {
  const { App, swallowed } = originalApp()
  App.Events.emit('firebase.child_added', {})
  App.Views.currentPageView = {}
  App.Events.emit('firebase.child_added', {})
  assert.equal(swallowed.length, 2)
})

test('with App.connect in place of its ref, the listener makes no request twice', async () => {
  const feed = await startFeed({ updated: 1, version: 1 })
  const { App, page, swallowed, told } = originalApp()
  const { urls, answerAll } = fakeNetwork()
  const handle = App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  App.Views.currentPageView = page
  feed.patch({ updated: 2, version: 2 })
  await until(() => told('firebase.child_changed').length === 2)
  await answerAll()
  assert.deepEqual(urls(), URLS)
  assert.deepEqual(swallowed, [])
  handle.close()
})

test('both at once, its own ref and App.connect, cost at most two requests each', async () => {
  const feed = await startFeed({ updated: 1 })
  const { App, page, told } = originalApp()
  const { requests, answerAll } = fakeNetwork()
  const handle = App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  App.Views.currentPageView = page
  feed.put('/updated', 2)
  await until(() => told('firebase.child_changed').length)
  App.Events.emit('firebase.child_added', { name: () => 'updated', val: () => 2 })
  await answerAll()
  assert.equal(requests.length, 2 * URLS.length)
  handle.close()
})

test('without the listener App.connect refreshes the page by itself', async () => {
  const feed = await startFeed({ updated: 1 })
  const { App, told } = newApp()
  const { urls } = fakeNetwork()
  const handle = App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  App.Views.currentPageView = originalApp().page
  App.Views.currentPageView.remoteRefresh = undefined
  feed.put('/updated', 2)
  await until(() => told('firebase.child_changed').length)
  // The subviews' hooks are those of another App, which fetches when each of its passes ends.
  assert.deepEqual(urls().sort(), [...URLS].sort())
  handle.close()
})

test('a listener that walks later, with the snapshot it was given, is still in the pass', async () => {
  const feed = await startFeed({ updated: 1 })
  const { App, told } = newApp()
  const { requests, answerAll } = fakeNetwork()
  const view = { model: newModel() }
  App.Events.on('firebase.child_added', snapshot => setImmediate(() => App.Utils.RemoteRefresh(view, snapshot)))
  const handle = App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  App.show(view)
  feed.put('/updated', 2)
  await until(() => told('firebase.child_changed').length)
  await answerAll()
  assert.equal(requests.length, 1)
  handle.close()
})
