// Nothing is kept alive that the app has let go of.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import Backbone from 'backbone'
import { createApp } from '../../dist/index.js'
import { startFeed } from './support/feed-server.mjs'
import { View, fakeNetwork, newApp, newModel, settle, until } from './support/world.mjs'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')

/** Waits until this many of the objects are left; as fast as the collector gets at them. */
const left = (refs, count = 0) => until(() => {
  gc()
  return refs.filter(ref => ref.deref()).length === count
}, `${count} of ${refs.length} objects to be left`)

/** Whether an object is still there after several collections with turns of the event loop between them. */
async function stays(ref) {
  for (let turn = 0; turn < 5; turn++) {
    gc()
    await settle()
  }
  return ref.deref() !== undefined
}

test('views and models that were walked are collected', async () => {
  const { App, log } = newApp()
  const { requests, answerAll } = fakeNetwork()
  async function walk() {
    const page = new View({ model: newModel() })
    page._subviews = Array.from({ length: 100 }, () => new View({ model: newModel() }))
    App.Utils.RemoteRefresh(page, {})
    await answerAll()
    return [page, ...page._subviews].flatMap(view => [new WeakRef(view), new WeakRef(view.model)])
  }
  const refs = await walk()
  assert.equal(refs.length, 202)
  requests.length = log.length = 0
  await left(refs)
})

test('so is a page that is no longer shown', async () => {
  const { App } = newApp()
  const refs = [{}, {}].map(page => new WeakRef(App.show(page)))
  await settle()
  await left(refs, 1)
  assert.equal(App.Views.currentPageView, refs[1].deref())
  App.show(null)
  await left(refs)
})

test('so is a registered view, whose parent lives, and a parent, whose registered view lives', async () => {
  const { App } = newApp()
  const [parent, child] = [{}, {}]
  const refs = [{}, {}].map(view => new WeakRef(view))
  App.Views.register(refs[0].deref(), { parent, children: view => [view] })
  App.Views.register(child, { parent: refs[1].deref() })
  await settle()
  await left(refs)
  App.Utils.RemoteRefresh(parent)
})

test('so are an emitter and its handlers that refer to it, and one that listens to it', async () => {
  const { App } = newApp()
  const make = () => {
    const emitter = Object.assign({}, App.Events)
    const listener = Object.assign({}, Backbone.Events)
    emitter.on('change', () => emitter)
    listener.listenTo(emitter, 'change', () => listener)
    return [new WeakRef(emitter), new WeakRef(listener)]
  }
  await left(Array.from({ length: 100 }, make).flat())
})

test('an entity whose fetch never settles is kept no longer than the time limit', async () => {
  const { App, log } = newApp({ fetchTimeout: 20, fetchRetries: 0 })
  const { requests } = fakeNetwork(undefined)
  const ref = new WeakRef(newModel())
  App.Utils.RemoteRefresh({ model: ref.deref() })
  await until(() => log.some(([name]) => name === 'refresh:error'))
  requests.length = log.length = 0
  await left([ref])
})

test('an App that was dropped is collected, one that is connected is not, and one that was closed is', async () => {
  const feed = await startFeed({ updated: 1 })
  const states = []
  async function make(connects) {
    const App = createApp()
    App.show({})
    if (connects) {
      const handle = App.connect({ url: feed.url, uid: 'u1' })
      App.Events.on('feed:state', state => states.push(state))
      App.Events.on('close yourself', () => handle.close())
      await until(() => handle.state === 'open')
    }
    return new WeakRef(App)
  }
  await left([await make(false)])
  const connected = await make(true)
  assert.equal(await stays(connected), true)
  assert.equal(feed.open, 1)
  connected.deref().Events.trigger('close yourself')
  await left([connected])
  assert.deepEqual(states.at(-1), 'closed')
})

test('one whose handler closes the feed while it connects is collected', async () => {
  const make = () => {
    const App = createApp()
    App.Events.on('feed:state', (state, { feed }) => feed.close())
    assert.equal(App.connect({ url: 'http://127.0.0.1:9', uid: 'u1' }).state, 'closed')
    return new WeakRef(App)
  }
  await left([make()])
})
