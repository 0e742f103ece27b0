// App.inspect: looking changes nothing of what is looked at.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeNetwork, newApp, newCollection, newModel, until } from './support/world.mjs'
import { fakeFeed } from '../../dist/testing.js'

/** How many views and entities the engine knows. */
const known = App => App.inspect().views + App.inspect().entities

test('looking at an entity that nobody has met does not make it known', () => {
  const { App } = newApp()
  const { stateOf } = App.inspect()
  const idle = { fetching: false, requested: false, pending: false, queued: false, deferred: false, givenUp: false, retryAt: null }
  for (const entity of [newModel(), newCollection(), {}]) assert.deepEqual(stateOf(entity), idle)
  assert.equal(known(App), 0)
})

test('an entity that a page shows is known once, however often it is looked at', async () => {
  const { App } = newApp()
  const { requests } = fakeNetwork()
  const feed = fakeFeed()
  const handle = App.connect({ uid: 'ann', provider: feed })
  await until(() => handle.state === 'open')
  const { stateOf } = App.inspect()
  const [before, model] = [known(App), newModel()]
  App.show({ model })
  feed.change()
  await until(() => requests.length === 1)
  assert.equal(known(App), before + 2, 'the view and its model')
  assert.equal(stateOf(model).fetching, true)
  assert.equal(known(App), before + 2)
  requests[0].answer()
  handle.close()
})
