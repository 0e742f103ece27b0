// Servers on this machine that send each client an event as soon as it is connected.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { openDatabase } from '../../tests/js/support/rtdb-socket.mjs'

async function listen(server) {
  await once(server.listen(0, 'localhost'), 'listening')
  return `http://localhost:${server.address().port}`
}

/** The Realtime Database's event streams: the value, which announces nothing, and at once a change of it. */
async function feed() {
  const event = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
  const server = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' })
    response.write(event('put', { path: '/', data: { version: 1 } }))
    response.write(event('patch', { path: '/', data: { 'm1': true, version: 2 } }))
  })
  return { place: await listen(server), close: () => { server.closeAllConnections(); server.close() } }
}

async function socketIo() {
  const server = createServer()
  const io = new Server(server, { cors: { origin: '*' } })
  io.on('connection', socket => socket.emit('change', { version: 2 }))
  return { place: await listen(server), close: () => io.close() }
}

/** The Realtime Database as its SDKs speak to it: the value itself is an event to them. */
async function database() {
  const { host, close } = await openDatabase({ version: 2 })
  return { place: `http://${host}?ns=demo`, close }
}

export const servers = { feed, socketIo, database }
