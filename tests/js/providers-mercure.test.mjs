// A Mercure hub as a feed: messages whose newest id is the state, and a history that says what was missed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mercure } from '../../dist/providers.js'
import { startHub } from './support/mercure-hub.mjs'
import { follow } from './support/provided.mjs'
import { until } from './support/world.mjs'

const TOPIC = 'https://app.example/users/u1'
const topic = ({ uid }) => `https://app.example/users/${uid}`

test('a message is a change; the one before it opened is not', async () => {
  const hub = await startHub()
  hub.publish(TOPIC, 'an old one')
  const { feed, changes } = follow(mercure(hub.url, { topic }))
  await until(() => feed.state === 'open')
  hub.publish('https://app.example/users/u2', 'not for u1')
  hub.publish(TOPIC, 'hello')
  hub.publish(TOPIC, 'hello')
  await until(() => changes().length === 2)
  assert.deepEqual(changes(), [['updated', 'urn:uuid:3'], ['updated', 'urn:uuid:4']])
  assert.deepEqual(hub.requests.map(({ query }) => query.getAll('topic')), [[TOPIC]])
  feed.close()
})

test('a message may name the types that changed', async () => {
  const hub = await startHub()
  const { App, feed } = follow(mercure(hub.url, { topic }))
  const heard = []
  App.Events.on('model-added-of-type-Message', ({ id }) => heard.push(id))
  await until(() => feed.state === 'open')
  hub.publish(TOPIC, { models: { Message: { version: 1, op: 'added', id: 'm1' } } })
  await until(() => heard.length)
  assert.deepEqual(heard, ['m1'])
  feed.close()
})

test('after a reconnect the history says what was missed', async () => {
  const hub = await startHub()
  const { feed, changes } = follow(mercure(hub.url, { topic }))
  await until(() => feed.state === 'open')
  hub.publish(TOPIC, 'first')
  await until(() => changes().length === 1)
  hub.down = true
  hub.drop()
  await until(() => feed.state === 'stale')
  hub.publish(TOPIC, 'missed')
  hub.down = false
  await until(() => changes().length === 2)
  assert.equal(hub.requests.at(-1).query.get('lastEventID'), 'urn:uuid:1')
  feed.close()
})

test('a reconnect after which nothing was missed is no change', async () => {
  const hub = await startHub()
  const { feed, changes } = follow(mercure(hub.url, { topic }))
  await until(() => feed.state === 'open')
  hub.publish(TOPIC, 'first')
  await until(() => changes().length === 1)
  hub.down = true
  hub.drop()
  await until(() => feed.state === 'stale')
  hub.down = false
  await until(() => feed.state === 'open')
  assert.equal(changes().length, 1)
  feed.close()
})

test('a hub without a history can not say that nothing was missed: a reconnect is a change', async () => {
  const hub = await startHub({ history: 0 })
  const { feed, changes } = follow(mercure(hub.url, { topic }))
  await until(() => feed.state === 'open')
  hub.publish(TOPIC, 'first')
  await until(() => changes().length === 1)
  hub.drop()
  await until(() => changes().length === 2)
  feed.close()
})

test('the token goes along; without the right one the feed is denied', async () => {
  const hub = await startHub({ token: 'jwt' })
  const right = follow(mercure(hub.url, { topic }), { auth: 'jwt' })
  await until(() => right.feed.state === 'open')
  right.feed.close()
  const wrong = follow(mercure(hub.url, { topic }), { auth: 'other' })
  await until(() => wrong.feed.state === 'denied')
  wrong.feed.close()
})

test('another user of the same provider gets nothing of the one before', async () => {
  const hub = await startHub()
  const provider = mercure(hub.url, { topic })
  const { App, feed, changes } = follow(provider)
  await until(() => feed.state === 'open')
  hub.publish(TOPIC, { secret: 'of u1' })
  await until(() => changes().length)
  const second = App.connect({ uid: 'u2', provider })
  await until(() => second.state === 'open')
  assert.equal(hub.requests.at(-1).query.has('lastEventID'), false)
  hub.publish(topic({ uid: 'u2' }), 'hello')
  await until(() => changes().length === 3)
  assert.deepEqual(changes().map(([key]) => key).sort(), ['secret', 'updated', 'updated'])
  second.close()
})

test('a hub needs a topic', () => {
  assert.throws(() => mercure('https://hub.example', {}), { code: 'invalid-provider' })
})
