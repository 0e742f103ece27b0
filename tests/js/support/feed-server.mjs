// A feed for the client's tests: a real HTTP server on a free port that speaks the Realtime Database's event streams,
// does as it is told, and counts.
import { createServer } from 'node:http'
import { after } from 'node:test'

/**
 * Starts a feed whose followed node has this value. It ends with the test file.
 *
 * Returned are `url`, the `requests` in order (path, query, headers), and what a test does to the feed.
 */
export async function startFeed(value = null) {
  const requests = []
  const streams = new Set()
  let refusal = null
  let redirect = null
  let greeting = true

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://feed')
    const entry = { path: pathname, token: searchParams.get('auth'), url: request.url, headers: request.headers }
    requests.push(entry)
    // The page is of another origin than the feed.
    response.setHeader('Access-Control-Allow-Origin', '*')
    if (redirect) {
      response.writeHead(307, { location: redirect + request.url }).end()
      return
    }
    const refused = refusal?.(entry)
    if (refused) {
      response.writeHead(refused.status, { 'content-type': 'application/json' }).end(refused.body)
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    streams.add(response)
    request.on('close', () => streams.delete(response))
    if (greeting) response.write(event('put', { path: '/', data: feed.value }))
    else response.flushHeaders()
  })

  const send = text => {
    for (const stream of streams) stream.write(text)
  }

  const feed = {
    requests,
    value,
    /** How many streams are open. */
    get open() {
      return streams.size
    },
    /** Replaces the value at a path: `/` or the name of a child. */
    put(path, data) {
      if (path === '/') feed.value = data
      else feed.value = without({ ...feed.value, [path.replace(/^\//, '')]: data })
      send(event('put', { path, data }))
    },
    /** Changes several children in one write. */
    patch(data) {
      feed.value = without({ ...feed.value, ...data })
      send(event('patch', { path: '/', data }))
    },
    /** Any bytes. */
    write: send,
    /** Cuts every stream off. */
    drop() {
      for (const stream of streams) stream.destroy()
    },
    /** Ends every stream as a server does that shuts down. */
    end() {
      for (const stream of streams) stream.end()
    },
    /** Answers with this instead of a stream, until `accept()`; a function of the request decides each time. */
    refuse(how, body = '{"error":"Permission denied"}') {
      refusal = typeof how === 'function' ? how : () => ({ status: how, body })
    },
    accept() {
      refusal = null
    },
    /** Sends later requests to another feed. */
    redirectTo(other) {
      redirect = other
    },
    /** Whether streams begin with the value, as they should. */
    greet(does) {
      greeting = does
    },
    /** Says that the token of the open streams is over, and ends them. */
    revoke() {
      send('event: auth_revoked\ndata: credential is no longer valid\n\n')
      feed.end()
    },
    /** Says that the node may no longer be read. */
    cancel(reason = 'null') {
      send(`event: cancel\ndata: ${reason}\n\n`)
      feed.end()
    },
  }

  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  feed.url = `http://127.0.0.1:${server.address().port}`
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return feed
}

const event = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** `null` deletes. */
const without = node => Object.fromEntries(Object.entries(node).filter(([, value]) => value !== null))
