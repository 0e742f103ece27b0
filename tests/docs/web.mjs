// A server for the pages' own pages: a folder of files, a list of messages, and a feed.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }

/**
 * Serves a folder; `/api/messages` is `messages`, `/users/<uid>.json` an event stream, and `answers` are others by their path.
 * `headers` go with each file.
 */
export async function serve(folder, answers = {}, headers = {}) {
  const messages = [{ id: 1, text: 'hello' }]
  const streams = new Map()
  const waiting = new Map()
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://page').pathname)
    const user = /^\/users\/(\w+)\.json$/.exec(path)?.[1]
    if (user) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(put('/', { updated: 1 }))
      streams.set(user, response)
      waiting.get(user)?.()
    } else if (path === '/api/messages') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(messages))
    } else if (Object.hasOwn(answers, path.slice(1))) {
      response.end(answers[path.slice(1)]())
    } else {
      try {
        const file = path === '/' ? '/index.html' : path
        const body = await readFile(join(folder, file))
        response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers }).end(body)
      } catch {
        response.writeHead(404).end()
      }
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  let changes = 1
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    messages,
    /** Resolves when this user's stream is open. */
    opened: user => (streams.has(user) ? undefined : new Promise(resolve => { waiting.set(user, resolve) })),
    change: user => streams.get(user).write(put('/updated', ++changes)),
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const put = (path, data) => `event: put\ndata: ${JSON.stringify({ path, data })}\n\n`
