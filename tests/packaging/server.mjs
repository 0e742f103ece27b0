// Serves the throw-away projects to a browser, with a feed and an API on the same address.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.map': 'application/json' }

/** Content-Security-Policies of the pages that have one: as strict as they can be, and without the one word for wasm. */
const STRICT = "default-src 'none'; connect-src 'self'; script-src 'self'"
const POLICIES = { csp: `${STRICT} 'wasm-unsafe-eval'`, 'csp-without': STRICT }

/** Serves `root`; gives its address and a function that ends it. */
export async function serve(root) {
  const streams = new Map()
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://page').pathname)
    const [, first, second] = path.split('/')
    if (first === 'users') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(put('/', { updated: 1 }))
      streams.set(second.replace(/\.json$/, ''), response)
    } else if (first === 'change') {
      streams.get(second)?.write(put('/updated', 2))
      response.end()
    } else if (first === 'api') {
      response.setHeader('content-type', 'application/json').end('{}')
    } else {
      try {
        const file = path.endsWith('/') ? `${path}index.html` : path
        const body = await readFile(join(root, file))
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream')
        if (POLICIES[first]) response.setHeader('content-security-policy', POLICIES[first])
        response.end(body)
      } catch {
        response.writeHead(404).end()
      }
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const put = (path, data) => `event: put\ndata: ${JSON.stringify({ path, data })}\n\n`
