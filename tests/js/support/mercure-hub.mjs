// A hub in the manner of Mercure (mercure.rocks/spec): topics, ids, a history or none, and bearer tokens.
import { startServer } from './http.mjs'

/** Starts a hub. `history`: how many updates it remembers; `token`: who may subscribe. */
export async function startHub({ history = Infinity, token } = {}) {
  const updates = []
  const subscribers = []
  const hub = await startServer((request, response) => {
    const query = new URL(request.url, 'http://hub').searchParams
    if (hub.down) {
      response.writeHead(503).end()
      return
    }
    if (hub.token && request.headers.authorization !== `Bearer ${hub.token}`) {
      response.writeHead(401).end('Unauthorized')
      return
    }
    const asked = query.get('lastEventID') ?? request.headers['last-event-id']
    const known = updates.slice(updates.length - Math.min(history, updates.length))
    const at = known.findIndex(({ id }) => id === asked)
    // "The hub MUST set the Last-Event-ID header to the id of the event that precedes the first one it sends."
    const preceding = asked && at === -1 ? 'earliest' : asked ?? updates.at(-1)?.id
    const stream = hub.stream(request, response, preceding && { 'last-event-id': preceding })
    const subscriber = { topics: query.getAll('topic'), stream }
    subscribers.push(subscriber)
    if (asked && at !== -1) for (const update of known.slice(at + 1)) send(subscriber, update)
  })
  const send = ({ topics, stream }, { topic, id, data }) => {
    if (topics.includes(topic)) stream.write(`id: ${id}\n${data.split('\n').map(line => `data: ${line}\n`).join('')}\n`)
  }
  return Object.assign(hub, {
    token,
    /** Whether it is out of order. */
    down: false,
    /** Publishes an update, of which subscribers hear that are there. */
    publish(topic, data) {
      const update = { topic, id: `urn:uuid:${updates.length + 1}`, data: typeof data === 'string' ? data : JSON.stringify(data) }
      updates.push(update)
      for (const subscriber of subscribers) send(subscriber, update)
    },
  })
}
