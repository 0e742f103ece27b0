// Server-sent events as a feed: the parser by the standard, and a server that streams, ends and refuses.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventSource } from '../../dist/providers.js'
import { eventParser, followEvents } from '../../js/providers/event-stream.js'
import { startServer } from './support/http.mjs'
import { FAST, follow } from './support/provided.mjs'
import { pause, until } from './support/world.mjs'

/** The events that the parser finds in text that arrives in these pieces. */
function parse(...pieces) {
  const events = []
  const take = eventParser(event => events.push(event))
  pieces.forEach(piece => take(piece))
  return events
}

test('events are cut as the standard says', () => {
  assert.deepEqual(parse(': comment\n\ndata: a\ndata:b\ndata:  c\n\n'), [{ type: 'message', id: '', data: 'a\nb\n c' }])
  assert.deepEqual(parse('event: x\nid: 7\ndata: 1\n\ndata: 2\n\n'), [{ type: 'x', id: '7', data: '1' }, { type: 'message', id: '7', data: '2' }])
  assert.deepEqual(parse('event: none\n\ndata: 1\nother: 2\n'), [], 'without data, or unfinished, it is no event')
  assert.deepEqual(parse('data\n\n'), [{ type: 'message', id: '', data: '' }])
  assert.deepEqual(parse('id: 1\0\ndata: 1\n\n')[0].id, '')
})

test('every line ending, cut anywhere, is one', () => {
  const whole = parse('event: a\ndata: 1\ndata: 2\n\ndata: 3\n\n')
  for (const end of ['\n', '\r\n', '\r']) {
    const text = ['event: a', 'data: 1', 'data: 2', '', 'data: 3', '', ''].join(end) + (end === '\r' ? ':' : '')
    for (let at = 0; at < text.length; at++) assert.deepEqual(parse(text.slice(0, at), text.slice(at)), whole, `${JSON.stringify(text)} at ${at}`)
    assert.deepEqual(parse(...text), whole)
  }
})

test('an event without an end does not fill the memory', () => {
  const line = `data: ${'x'.repeat(100_000)}\n`
  assert.throws(() => parse(...Array(20).fill(line)), /longer than/)
  assert.throws(() => parse(...Array(20).fill('x'.repeat(100_000))), /longer than/)
})

/** A server whose streams begin with the value, and an `eventSource` that follows it. */
async function world(options, connect) {
  let refusal = null
  const state = { value: { updated: 1 } }
  const server = await startServer((request, response) => {
    const status = refusal?.(request)
    if (status) response.writeHead(status).end()
    else server.stream(request, response).write(`data: ${JSON.stringify(state.value)}\n\n`)
  })
  const set = value => {
    state.value = value
    for (const stream of server.streams) stream.write(`data: ${JSON.stringify(value)}\n\n`)
  }
  const refuse = act => { refusal = act }
  return { server, set, refuse, ...follow(eventSource(`${server.url}/feed`, options), connect) }
}

test('each event is the node', async () => {
  const { feed, server, set, changes } = await world()
  await until(() => feed.state === 'open')
  set({ updated: 2 })
  await until(() => changes().length === 1)
  assert.deepEqual(changes(), [['updated', 2]])
  assert.equal(server.requests[0].headers.accept, 'text/event-stream')
  feed.close()
  await until(() => server.streams.size === 0)
})

test('a number or a text is the name of the newest change', async () => {
  const { feed, set, changes } = await world()
  await until(() => feed.state === 'open')
  set(5)
  set('six')
  await until(() => changes().length === 2)
  assert.deepEqual(changes(), [['updated', 5], ['updated', 'six']])
  feed.close()
})

test('after the stream breaks, what was missed is a change', async () => {
  const { feed, server, set, refuse, changes, states } = await world()
  await until(() => feed.state === 'open')
  refuse(() => 503)
  server.drop()
  await until(() => feed.state === 'stale')
  set({ updated: 3 })
  refuse(null)
  await until(() => changes().length)
  assert.deepEqual(changes(), [['updated', 3]])
  assert.deepEqual(states().slice(-2), ['stale', 'open'])
  feed.close()
})

test('whatever arrives keeps the stream alive, a comment too', async () => {
  const server = await startServer((request, response) => server.stream(request, response))
  let alive = 0
  const said = []
  const feed = { alive: () => { alive++ }, lost: why => said.push(why), denied: why => said.push(why) }
  const close = followEvents(feed, server.url, {}, { heard: event => said.push(event) })
  await until(() => alive === 1)
  for (const stream of server.streams) stream.write(': still here\n\n')
  await until(() => alive === 2)
  assert.deepEqual(said, [])
  close()
  await until(() => server.streams.size === 0)
})

test('the token goes along, and is renewed once it is refused', async () => {
  let tokens = 0
  const { feed, server, refuse } = await world({}, { auth: () => `t${++tokens}`, ...FAST })
  refuse(request => request.headers.authorization !== 'Bearer t2' && 401)
  server.drop()
  await until(() => tokens === 2 && feed.state === 'open')
  refuse(() => 403)
  server.drop()
  await until(() => feed.state === 'denied')
  const { length } = server.requests
  await pause(100)
  assert.equal(server.requests.length, length, 'nothing is tried any more')
  feed.close()
})

test('a server in trouble is tried again', async () => {
  const { feed, server, refuse } = await world()
  let left = 3
  refuse(() => left-- > 0 && 503)
  server.drop()
  await until(() => left < 0 && feed.state === 'open')
  feed.close()
})

test('only events of the name that is asked for count, and an app reads them its own way', async () => {
  const server = await startServer((request, response) => {
    server.stream(request, response).write('event: chat\ndata: hello\n\nevent: inbox\ndata: 1;x\n\nevent: inbox\ndata: 2;y\n\n')
  })
  const { feed, changes } = follow(eventSource(({ uid }) => `${server.url}/of/${uid}`, { event: 'inbox', read: text => text.split(';')[0] }))
  await until(() => changes().length)
  assert.deepEqual(changes(), [['updated', '2']])
  assert.equal(server.requests[0].url, '/of/u1')
  feed.close()
})

test('what can not be read makes the feed stale, and it is tried again', async () => {
  const { feed, server, refuse, reasons } = await world()
  await until(() => feed.state === 'open')
  refuse(() => 503)
  for (const stream of server.streams) stream.write('data: {{\n\n')
  await until(() => feed.state === 'stale')
  assert.match(reasons()[0], /JSON/)
  refuse(null)
  await until(() => feed.state === 'open')
  feed.close()
})
