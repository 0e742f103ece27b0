// The Realtime Database as its SDKs speak to it: their WebSocket protocol (version 5), as far as listening needs it.
import { once } from 'node:events'
import { after } from 'node:test'
import { WebSocketServer } from 'ws'

/** Starts a database with one node, whose value a test sets. It ends with the test file. */
export async function startDatabase(value) {
  const database = await openDatabase(value)
  after(database.close)
  return database
}

/** The same, until it is closed. */
export async function openDatabase(value) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const database = {
    host: `127.0.0.1:${server.address().port}`,
    value,
    /** Why nobody may listen, or nothing. */
    denied: undefined,
    /** Whether connections are ended at once. */
    down: false,
    /** How many listen to the node now. */
    listeners: 0,
    set(next) {
      database.value = next
      for (const socket of server.clients) push(socket)
    },
    drop() {
      for (const socket of server.clients) socket.terminate()
    },
    close() {
      database.drop()
      server.close()
    },
  }
  const send = (socket, t, d) => socket.send(JSON.stringify({ t, d }))
  const push = socket => {
    if (socket.listening) send(socket, 'd', { a: 'd', b: { p: socket.listening.p.replace(/^\//, ''), d: database.value, t: socket.listening.t } })
  }
  server.on('connection', socket => {
    if (database.down) return socket.terminate()
    send(socket, 'c', { t: 'h', d: { ts: Date.now(), v: '5', h: database.host, s: 'session' } })
    socket.on('close', () => {
      if (socket.listening) database.listeners--
    })
    socket.on('message', text => {
      if (String(text) === '0') return
      const { t, d } = JSON.parse(String(text))
      if (t !== 'd') return
      let answer = { s: 'ok', d: '' }
      if (d.a === 'q' && database.denied) {
        answer = { s: 'permission_denied', d: database.denied }
      } else if (d.a === 'q') {
        socket.listening = d.b
        database.listeners++
        push(socket)
      } else if (d.a === 'n' && socket.listening) {
        socket.listening = undefined
        database.listeners--
      }
      send(socket, 'd', { r: d.r, b: answer })
    })
  })
  return database
}
