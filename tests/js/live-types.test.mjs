// Typed changes: what the feed says is of one type refreshes what is of that type, and what has none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import { startFeed } from './support/feed-server.mjs'
import { fakeNetwork, newApp, newCollection, newModel, settle, until } from './support/world.mjs'

/** A page with these entities, connected; `change` writes one change of these types and waits until it is announced. */
async function page(entities, options) {
  const feed = await startFeed({ updated: 0, version: 0 })
  const world = newApp(options)
  const network = fakeNetwork()
  const handle = world.App.connect({ url: feed.url, uid: 'u1' })
  await until(() => handle.state === 'open')
  world.App.show({ _subviews: entities.map(model => ({ model })) })
  let version = 0
  const versions = {}
  return {
    ...world,
    ...network,
    async change(types = {}) {
      network.requests.length = 0
      version++
      const models = Object.entries(types).map(([type, more]) => {
        versions[type] = (versions[type] ?? 0) + 1
        return [`models/${type}`, { version: versions[type], ...more }]
      })
      feed.patch({ updated: version, version, ...Object.fromEntries(models) })
      await until(() => world.log.some(([event, snapshot]) => event === 'firebase.child_added' && snapshot.key === 'version' && snapshot.val() === version))
      await network.answerAll([])
      return network.urls().join(' ')
    },
    close: () => handle.close(),
  }
}

test('a change of one type fetches that type and what has none; one without a type fetches all', async () => {
  const [message, user, plain] = [newModel('/message'), newModel('/user'), newModel('/plain')]
  message.liveType = 'Message'
  user.modelType = 'User'
  const { change, close, told } = await page([message, user, plain])
  assert.equal(await change({ Message: { op: 'changed', id: 1 } }), '/message /plain')
  assert.deepEqual(told('refresh:skipped').map(({ entity, reason }) => [entity, reason]), [[user, 'not-concerned']])
  assert.equal(await change({ User: {} }), '/user /plain')
  assert.equal(await change({ User: {}, Message: {} }), '/message /user /plain')
  assert.equal(await change({ Other: {} }), '/plain')
  assert.equal(await change(), '/message /user /plain')
  close()
})

test('types are declared of one entity, of a class, or by a resolver, the nearest first', async () => {
  const Message = Backbone.Model.extend({})
  const make = (Class, url) => Object.assign(new Class({ id: 1 }), { url })
  const Special = Message.extend({})
  const [one, two, three, four] = [make(Message, '/one'), make(Special, '/two'), make(Special, '/three'), newModel('/four')]
  const { App, change, close } = await page([one, two, three, four], { typeOf: entity => entity === four ? 'User' : undefined })
  assert.equal(App.live(Message, { type: 'Message' }), Message)
  App.live(three, { type: 'User' })
  assert.equal(await change({ Message: {} }), '/one /two')
  assert.equal(await change({ User: {} }), '/three /four')
  App.live(Special, { type: 'Special' })
  assert.equal(await change({ Message: {} }), '/one')
  close()
})

test('a call of RemoteRefresh of the app\'s own concerns every type', async () => {
  const { App } = newApp({ typeOf: () => 'Message' })
  const { requests } = fakeNetwork()
  App.Utils.RemoteRefresh({ model: newModel() })
  assert.equal(requests.length, 1)
})

test('single: a changed record is fetched alone, a removed one goes, an added one or an unknown one fetches the list', async () => {
  const list = newCollection('/list')
  list.model = Backbone.Model.extend({ urlRoot: '/record' })
  const { App, change, close, requests } = await page([list])
  App.live(list, { type: 'Message', single: true })
  list.reset([{ id: 1 }, { id: 2 }])
  assert.equal(await change({ Message: { op: 'changed', id: 2 } }), '/record/2')
  assert.equal(await change({ Message: { op: 'removed', id: 1 } }), '')
  assert.deepEqual(list.pluck('id'), [2])
  assert.equal(await change({ Message: { op: 'changed', id: 9 } }), '/list')
  list.reset([{ id: 2 }])
  assert.equal(await change({ Message: { op: 'added', id: 3 } }), '/list')
  list.reset([{ id: 2 }])
  assert.equal(await change({ Message: {} }), '/list', 'nobody says which')
  list.reset([{ id: 2 }])
  assert.equal(await change({ Message: { op: 'changed', id: 2 }, User: {} }), '/record/2')
  assert.equal(await change(), '/list')
  void requests
  close()
})

test('single: while the list itself is being fetched, it is fetched again', async () => {
  const list = newCollection('/list')
  list.model = Backbone.Model.extend({ urlRoot: '/record' })
  const { App, change, close, requests } = await page([list])
  App.live(list, { type: 'Message', single: true })
  list.reset([{ id: 1 }])
  await change({ Other: {} })
  list.fetch()
  const changed = change({ Message: { op: 'removed', id: 1 } })
  await changed
  await settle()
  assert.ok(requests.every(({ url }) => url === '/list'))
  close()
})

test('wrong arguments are told', () => {
  const { App } = newApp()
  for (const args of [[], [null, {}], ['Message', {}], [newModel()], [newModel(), { type: 5 }], [newModel(), { type: '' }], [newModel(), { via: 'mail' }]]) {
    assert.throws(() => App.live(...args), { code: 'invalid-live' })
  }
})

test('a resolver that throws is reported, and costs its entity only', () => {
  const cause = new Error('no type')
  const { App, told } = newApp({ typeOf: entity => { if (entity.id === '/bad') throw cause } })
  const { urls } = fakeNetwork()
  App.Utils.RemoteRefresh({ model: newModel('/bad'), collection: newCollection('/good') })
  assert.deepEqual(urls(), ['/good'])
  assert.deepEqual(told('refresh:error').map(error => error.cause), [cause])
})
