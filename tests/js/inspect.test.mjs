// App.inspect: looking changes nothing of what is looked at.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeNetwork, newApp, newCollection, newModel, until } from './support/world.mjs'
import { fakeFeed } from '../../dist/testing.js'

/** Asks for the number of views and entities that the engine knows, see `Engine::inspect` in src/engine.rs. */
const KNOWN = -5

test('looking at an entity that nobody has met does not make it known', () => {
  const { App } = newApp()
  const { stateOf } = App.inspect()
  const known = stateOf(KNOWN)
  for (const entity of [newModel(), newCollection(), {}]) assert.equal(stateOf(entity), 0)
  assert.equal(stateOf(KNOWN), known)
})

test('an entity that a page shows is known once, however often it is looked at', async () => {
  const { App } = newApp()
  const { requests } = fakeNetwork()
  const feed = fakeFeed()
  const handle = App.connect({ uid: 'ann', provider: feed })
  await until(() => handle.state === 'open')
  const { stateOf } = App.inspect()
  const [before, model] = [stateOf(KNOWN), newModel()]
  App.show({ model })
  feed.change()
  await until(() => requests.length === 1)
  const known = stateOf(KNOWN)
  assert.equal(known, before + 2, 'the view and its model')
  assert.notEqual(stateOf(model), 0, 'a refresh is under way')
  assert.equal(stateOf(KNOWN), known)
  requests[0].answer()
  handle.close()
})
