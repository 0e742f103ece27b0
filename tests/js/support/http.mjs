// A server of a test's own on a free port, for providers that make requests: it notes them, and ends with the test file.
import { createServer } from 'node:http'
import { after } from 'node:test'

/** Starts a server; `answer(request, response)` answers. Gives `url`, the `requests`, and the open `streams`. */
export async function startServer(answer) {
  const requests = []
  const streams = new Set()
  const server = createServer((request, response) => {
    requests.push({ url: request.url, query: new URL(request.url, 'http://server').searchParams, headers: request.headers })
    answer(request, response)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    server,
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    streams,
    /** Begins an event stream as the answer. */
    stream(request, response, headers) {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
      response.flushHeaders()
      streams.add(response)
      request.on('close', () => streams.delete(response))
      return response
    },
    /** Cuts every stream off. */
    drop() {
      for (const stream of streams) stream.destroy()
    },
  }
}
