// WebSockets as feeds: JSON over a bare one, and Socket.IO by a provider of ten lines, the one in docs/providers.md.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import WebSocket, { WebSocketServer } from 'ws'
import { webSocket } from '../../dist/providers.js'
import { FAST, follow } from './support/provided.mjs'
import { until } from './support/world.mjs'
import { blocks } from '../packaging/blocks.mjs'

// Node has one from version 22 on.
globalThis.WebSocket ??= WebSocket

/** A server whose sockets get the value when they have said hello. */
async function world(options, connect) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  after(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const state = { value: { updated: 1 }, hellos: [], refuse: undefined }
  server.on('connection', (socket, request) => {
    state.url = request.url
    if (state.refuse) return socket.close(state.refuse, 'no')
    if (!options?.hello) socket.send(JSON.stringify(state.value))
    socket.on('message', hello => {
      state.hellos.push(String(hello))
      socket.send(JSON.stringify(state.value))
    })
  })
  const send = text => server.clients.forEach(socket => socket.send(text))
  const url = `ws://127.0.0.1:${server.address().port}/feed`
  return { server, state, send, ...follow(webSocket(url, options), connect) }
}

test('each message is the node', async () => {
  const { changes, feed, send, server } = await world()
  await until(() => feed.state === 'open')
  send('{"updated":2}')
  send('3')
  await until(() => changes().length === 2)
  assert.deepEqual(changes(), [['updated', 2], ['updated', 3]])
  feed.close()
  await until(() => server.clients.size === 0)
})

test('the first message may carry the token', async () => {
  const { feed, state } = await world({ hello: ({ uid, token }) => JSON.stringify({ uid, token }) }, { auth: 'secret' })
  await until(() => feed.state === 'open')
  assert.deepEqual(state.hellos, ['{"uid":"u1","token":"secret"}'])
  feed.close()
})

test('a socket that breaks is replaced, and what was missed is a change', async () => {
  const { changes, feed, server, state } = await world()
  await until(() => feed.state === 'open')
  state.value = { updated: 2 }
  for (const socket of server.clients) socket.terminate()
  await until(() => changes().length)
  assert.deepEqual([changes(), feed.state], [[['updated', 2]], 'open'])
  feed.close()
})

for (const code of [1008, 3000, 3003, 4401, 4403]) {
  test(`a server that closes with ${code} refuses the credentials`, async () => {
    const { feed, server, state } = await world()
    await until(() => feed.state === 'open')
    state.refuse = code
    for (const socket of server.clients) socket.terminate()
    await until(() => feed.state === 'denied')
    feed.close()
  })
}

test('a message that is no JSON makes the feed stale', async () => {
  const { feed, reasons, send } = await world()
  await until(() => feed.state === 'open')
  send('{{')
  await until(() => reasons().length)
  assert.match(reasons()[0], /JSON/)
  await until(() => feed.state === 'open')
  feed.close()
})

test('Socket.IO, by the provider in the documentation: changes, reconnects, refusals', async () => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = new Server(http)
  after(() => server.close())
  const state = { value: { updated: 1 }, deny: false }
  server.on('connection', socket => {
    socket.on('follow', ({ uid }, answer) => {
      if (state.deny) return answer({ error: 'not yours' })
      socket.join(uid)
      answer({ node: state.value })
    })
  })
  const socket = io(`http://127.0.0.1:${http.address().port}`, { reconnectionDelay: 5, reconnectionDelayMax: 20 })
  after(() => socket.close())
  const source = blocks('docs/providers.md').get('socket-io.js')
  const { socketIo } = await import(`data:text/javascript,${encodeURIComponent(source)}`)
  const { changes, feed } = follow(socketIo(socket), FAST)
  await until(() => feed.state === 'open')

  server.to('u1').emit('changed', { updated: 2 })
  await until(() => changes().length === 1)

  state.value = { updated: 3 }
  for (const open of server.sockets.sockets.values()) open.conn.close()
  await until(() => changes().length === 2)
  assert.deepEqual(changes(), [['updated', 2], ['updated', 3]])

  state.deny = true
  for (const open of server.sockets.sockets.values()) open.conn.close()
  await until(() => feed.state === 'denied')
  assert.match(feed.reason.message, /not yours/)
  state.deny = false
  feed.authenticate()
  await until(() => feed.state === 'open')
  feed.close()
  assert.equal(socket.listeners('changed').length, 0)
  assert.equal(socket.listeners('disconnect').length, 0)
})
