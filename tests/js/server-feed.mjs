// A feed for the notifier's tests: a real HTTP server on a free port that notes requests and answers as told.
import { createServer } from 'node:http'
import { after } from 'node:test'

/**
 * Starts a feed that ends with the test file.
 *
 * @param {...(number | { status: number, headers?: object, body?: string } | 'hang' | 'hang up')} answers for the first
 *   requests, in order; all later ones get 204
 */
export async function startFeed(...answers) {
  const requests = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const url = new URL(request.url, 'http://feed')
    requests.push({ method: request.method, path: url.pathname, query: Object.fromEntries(url.searchParams), body: JSON.parse(text) })
    const answer = answers.shift() ?? 204
    if (answer === 'hang') return
    if (answer === 'hang up') return request.socket.destroy()
    const { status, headers, body } = typeof answer === 'number' ? { status: answer } : answer
    response.writeHead(status, headers).end(body)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${server.address().port}`, requests }
}

/** An address on which nobody listens any more. */
export async function addressOfNobody() {
  const server = createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`
  await new Promise(resolve => server.close(resolve))
  return url
}

/** Options for a notifier that never really waits: `pauses` collects how long it would have. */
export function withoutWaiting(random = 1) {
  const pauses = []
  return { pauses, options: { random: () => random, sleep: async ms => void pauses.push(ms) } }
}

/** Users of which a request told. */
export function usersOf({ body }) {
  return [...new Set(Object.keys(body).map(path => path.split('/')[1]))]
}
