// App.explain: why something was refreshed, or not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFeed } from './support/feed-server.mjs'
import { fakeNetwork, newApp, newModel, settle, until } from './support/world.mjs'

test('from the change to its result, in order, once it is switched on', async () => {
  const feed = await startFeed({ updated: 0 })
  const { App, told } = newApp()
  const { requests, answerAll } = fakeNetwork()
  const handle = App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  const [model, other] = [newModel(), newModel()]
  const view = { model, _subviews: [{ model: other }] }
  App.show(view)
  assert.deepEqual(App.explain(), [])
  feed.put('/updated', 1)
  await until(() => requests.length === 2)
  feed.put('/updated', 2)
  await until(() => told('firebase.child_changed').length === 2)
  await answerAll()
  const steps = App.explain()
  assert.ok(steps.every((step, i) => i === 0 || steps[i - 1].time <= step.time))
  assert.deepEqual(App.explain(model).filter(step => step.entity).map(({ what }) => what),
    ['refresh:start', 'joined', 'refresh:done', 'refresh:start', 'refresh:done'])
  assert.deepEqual(App.explain(view).map(({ what }) => what).slice(0, 3), ['change', 'change', 'plan'])
  assert.ok(steps.some(({ entity }) => entity === other))
  assert.ok(!App.explain(model).some(({ entity }) => entity === other))
  assert.ok(performance.getEntriesByType('measure').some(({ name }) => name === `refresh:done ${model.url}`))
  handle.close()
})

test('failures and skips say why', async () => {
  const { App } = newApp({ explain: true })
  const { requests } = fakeNetwork()
  const model = newModel()
  App.Utils.RemoteRefresh({ model, _subviews: [{ remoteRefresh: false }] })
  requests[0].fail(404)
  await settle()
  assert.deepEqual(App.explain().map(({ what, reason }) => [what, reason]),
    [['refresh:skipped', 'opted-out'], ['refresh:start', undefined], ['refresh:error', 'fetch-failed']])
})

test('it remembers 500 steps, the newest', async () => {
  const { App } = newApp({ explain: true })
  const views = Array.from({ length: 600 }, () => ({ remoteRefresh: false }))
  App.Utils.RemoteRefresh({ _subviews: views })
  // A long walk goes on in later tasks.
  await until(() => App.explain().at(-1)?.view === views[599])
  const steps = App.explain()
  assert.equal(steps.length, 500)
  assert.equal(steps[0].view, views[100])
  assert.equal(steps[499].view, views[599])
})
