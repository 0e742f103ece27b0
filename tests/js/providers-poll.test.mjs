// Asking again and again: with an ETag, and not while the tab is hidden.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { poll } from '../../dist/providers.js'
import { startServer } from './support/http.mjs'
import { follow } from './support/provided.mjs'
import { pause, until } from './support/world.mjs'

/** A server that answers with a count, under its ETag. */
async function world(options, connect) {
  const state = { count: 1, status: undefined, full: 0 }
  const server = await startServer((request, response) => {
    const etag = `"${state.count}"`
    if (state.status) return response.writeHead(state.status).end()
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end()
    state.full++
    response.writeHead(200, { etag, 'content-type': 'application/json' }).end(String(state.count))
  })
  return { server, state, ...follow(poll(server.url, { every: 5, ...options }), connect) }
}

test('a count that moves is a change, and is sent once', async () => {
  const { feed, server, state, changes } = await world()
  await until(() => server.requests.length > 3)
  assert.deepEqual([feed.state, changes(), state.full], ['open', [], 1])
  state.count = 2
  await until(() => changes().length)
  assert.deepEqual([changes(), state.full], [[['updated', 2]], 2])
  feed.close()
})

test('closed, it asks no more', async () => {
  const { feed, server } = await world()
  await until(() => server.requests.length > 1)
  feed.close()
  // One may be on its way.
  await pause(50)
  const { length } = server.requests
  await pause(100)
  assert.equal(server.requests.length, length)
})

test('a server in trouble makes the feed stale; it is asked again, with a backoff', async () => {
  const { feed, state } = await world()
  await until(() => feed.state === 'open')
  state.status = 500
  await until(() => feed.state === 'stale')
  assert.match(feed.reason.message, /500/)
  state.status = undefined
  await until(() => feed.state === 'open')
  feed.close()
})

test('a refusal renews the token once, and is final then', async () => {
  const asked = []
  const { feed, server, state } = await world({}, { auth: ({ fresh }) => `t${asked.push(fresh)}` })
  await until(() => feed.state === 'open')
  assert.equal(server.requests[0].headers.authorization, 'Bearer t1')
  state.status = 401
  await until(() => feed.state === 'denied')
  assert.deepEqual(asked, [false, true])
  feed.close()
})

test('a hidden tab asks nothing, and asks once when it is seen', async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  globalThis.document = page
  const look = state => {
    page.visibilityState = state
    page.dispatchEvent(new Event('visibilitychange'))
  }
  const { feed, server } = await world()
  await until(() => server.requests.length > 1)
  look('hidden')
  await pause(100)
  const { length } = server.requests
  await pause(100)
  assert.equal(server.requests.length, length)
  look('visible')
  await until(() => server.requests.length > length)
  feed.close()
  delete globalThis.document
})
