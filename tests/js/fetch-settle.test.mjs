// When a fetch has settled: on its promise, an event of the entity, or the time limit. Only then does the pending fetch start.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { fakeNetwork, newApp, newCollection, newModel, pause, settle, until } from './support/world.mjs'

/** A view with one fetch under way and another pending. */
function withPending(returns, { entity = newModel(), ...options } = {}) {
  const world = newApp(options)
  const network = fakeNetwork(returns)
  const view = { model: entity }
  world.App.Utils.RemoteRefresh(view)
  world.App.Utils.RemoteRefresh(view)
  assert.equal(network.requests.length, 1)
  return { ...world, ...network, entity, view }
}

for (const returns of ['promise', 'thenable', undefined, false]) {
  test(`a fetch that returns ${returns === undefined || returns === false ? returns : `a ${returns}`} has settled when it is answered`, async () => {
    const { requests, told, entity, view } = withPending(returns)
    requests[0].answer({ name: 'Ann' })
    await until(() => requests.length === 2)
    assert.equal(entity.get('name'), 'Ann')
    assert.deepEqual(told('refresh:done'), [{ entity, view }])
    requests[1].answer()
    await settle()
    assert.equal(requests.length, 2)
  })

  test(`and when it fails for good (${returns})`, async () => {
    const { requests, told, entity, view } = withPending(returns)
    requests[0].fail(404)
    await until(() => requests.length === 2)
    const [{ cause, ...error }] = told('refresh:error')
    assert.deepEqual(error, { entity, view, code: 'fetch-failed' })
    assert.equal(cause.status, 404)
  })
}

test('a promise alone will do, without any event', async () => {
  const { requests, told } = withPending()
  requests[0].resolve()
  await until(() => requests.length === 2)
  assert.equal(told('refresh:done').length, 1)
})

test('one fetch settles once, whatever else it says later', async () => {
  const { requests, told, entity } = withPending()
  requests[0].answer()
  entity.trigger('error', entity, { status: 500 }, {})
  await settle()
  assert.equal(requests.length, 2)
  assert.equal(told('refresh:done').length, 1)
  assert.equal(told('refresh:error').length, 0)
})

test('an answer that fails validation is an error, and is not tried again', async () => {
  const entity = new (Backbone.Model.extend({ url: '/strict', validate: () => 'no good', fetch(options) {
    return Backbone.Model.prototype.fetch.call(this, { ...options, validate: true })
  } }))({ id: 1 })
  const { requests, told, App, view } = withPending(undefined, { entity })
  requests[0].answer({ name: '' })
  await until(() => requests.length === 2)
  requests[1].answer({ name: '' })
  await settle()
  assert.equal(requests.length, 2)
  assert.deepEqual(told('refresh:error').map(({ code, cause }) => [code, cause]), [['invalid', 'no good'], ['invalid', 'no good']])
  App.Utils.RemoteRefresh(view)
  assert.equal(requests.length, 3)
})

test('a collection with one invalid member has shown the rest, and is done', async () => {
  const entity = new (Backbone.Collection.extend({
    url: '/mixed',
    model: Backbone.Model.extend({ validate: ({ bad }) => bad && 'bad' }),
    fetch(options) { return Backbone.Collection.prototype.fetch.call(this, { ...options, validate: true }) },
  }))()
  const { requests, told } = withPending(undefined, { entity })
  requests[0].answer([{ id: 1 }, { id: 2, bad: true }])
  await until(() => requests.length === 2)
  assert.equal(entity.length, 1)
  assert.deepEqual([told('refresh:done').length, told('refresh:error').length], [1, 0])
})

test('somebody else\'s fetch of the same entity does not settle ours', async () => {
  const { requests, told, entity } = withPending(undefined)
  entity.fetch()
  requests[1].answer()
  await settle()
  assert.equal(requests.length, 2)
  assert.equal(told('refresh:done').length, 0)
  requests[0].answer()
  await until(() => requests.length === 3)
})

test('a member\'s fetch does not settle its collection\'s', async () => {
  const entity = newCollection()
  const member = entity.add({ id: 1 })
  const { requests, told } = withPending(undefined, { entity })
  member.fetch()
  requests[1].answer()
  await settle()
  assert.equal(requests.length, 2)
  assert.equal(told('refresh:done').length, 0)
})

test('an entity that says `sync` by hand has settled', async () => {
  const entity = Object.assign(newModel(), { fetch() { requests.push(this) } })
  const requests = []
  const { App } = newApp()
  App.Utils.RemoteRefresh({ model: entity })
  App.Utils.RemoteRefresh({ model: entity })
  entity.trigger('sync', entity)
  await until(() => requests.length === 2)
})

test('other handlers of `sync` see the entity before it fetches again', async () => {
  const { requests, entity } = withPending(undefined)
  let seen
  entity.on('sync', () => { seen = requests.length })
  requests[0].answer()
  assert.equal(seen, 1)
  await until(() => requests.length === 2)
})

test('a fetch that never settles counts as failed after the time limit, and is repeated as often as was asked', async () => {
  const { requests, told, entity, view } = withPending(undefined, { fetchTimeout: 20, fetchRetries: 1 })
  await until(() => told('refresh:error').length === 2)
  await pause(50)
  assert.equal(requests.length, 2)
  const [{ cause, ...error }] = told('refresh:error')
  assert.deepEqual(error, { entity, view, code: 'fetch-timeout' })
  assert.equal(cause.code, 'fetch-timeout')
})

test('an answer that comes after the limit is applied, but counts no more', async () => {
  const { requests, told, entity } = withPending(undefined, { fetchTimeout: 20, fetchRetries: 0 })
  await until(() => told('refresh:error').length)
  requests[0].answer({ late: true })
  await settle()
  assert.equal(entity.get('late'), true)
  assert.equal(told('refresh:done').length, 0)
})

for (const [status, retried] of [[503, true], [500, true], [429, true], [0, true], [undefined, true], [404, false], [403, false]]) {
  test(`a fetch that ends with ${status ?? 'no status'} is ${retried ? 'repeated' : 'not repeated'}`, async () => {
    const { App, told } = newApp()
    const { requests } = fakeNetwork()
    App.Utils.RemoteRefresh({ model: newModel() })
    requests[0].fail(status)
    if (retried) {
      await until(() => requests.length === 2)
      requests[1].answer()
      await until(() => told('refresh:done').length)
    } else await pause(50)
    assert.equal(requests.length, retried ? 2 : 1)
    assert.equal(told('refresh:error').length, 1)
  })
}

test('a promise that can\'t be waited for is an error', () => {
  const cause = new Error('then')
  const entity = { fetch: () => ({ get then() { throw cause } }) }
  const view = { model: entity }
  const { App, told } = newApp()
  App.Utils.RemoteRefresh(view)
  assert.deepEqual(told('refresh:error'), [{ entity, view, code: 'fetch-threw', cause }])
})

test('an entity without events is waited for by its promise', async () => {
  const { App, told } = newApp()
  const entity = { fetch: async () => {} }
  App.Utils.RemoteRefresh({ model: entity })
  await until(() => told('refresh:done').length)
})

test('the handlers of ours on an entity are few, and never more than after the first fetch', async () => {
  const { requests, entity, answerAll, App, view } = withPending()
  const count = () => Object.values(entity._events).flat().length
  const first = count()
  await answerAll()
  App.Utils.RemoteRefresh(view)
  await answerAll()
  assert.equal(requests.length, 3)
  assert.equal(count(), first)
})
