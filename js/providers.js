// `remote-refresh/providers`: the user's node by means that an app may have already. `connect({ provider: … })` takes them.
//
// Each brings the node as state: what an opening brings first is compared with what is known, so a provider has to replay
// nothing. Where there are messages only, an opening counts as a change.
import { coded } from './error.js'
import { addressOf, refused, requestWith } from './providers/address.js'
import { followEvents } from './providers/event-stream.js'

const isRecord = value => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value that is no record is the newest change's name: a count or a time. */
const nodeOf = value => (isRecord(value) || value === null ? value : { updated: value })

/** A stream of server-sent events, each of which is the node as JSON. The server begins with the present one. */
export function eventSource(url, { event = 'message', read = JSON.parse, ...options } = {}) {
  return feed => followEvents(feed, url, options, {
    heard: ({ type, data }) => type === event && feed.value(nodeOf(read(data))),
  })
}

/**
 * A topic of a Mercure hub (mercure.rocks/spec). A hub has messages, not state: the newest one's id stands for the state, and a hub
 * without history can't say that nothing was missed, so that reconnecting to it is a change.
 */
export function mercure(hub, { topic, read = parsed, ...options } = {}) {
  if (!topic) throw coded('invalid-provider', '`mercure` needs a `topic`: an address, or a function that gives the one of { uid, token }')
  /** What is known of which user: the id of the last message, and the node. */
  let known = {}
  const address = ({ uid, token }) => {
    const url = addressOf(hub, { uid, token })
    url.searchParams.append('topic', typeof topic === 'function' ? topic({ uid, token }) : topic)
    if (known.id) url.searchParams.set('lastEventID', known.id)
    return url
  }
  return feed => {
    const { uid } = feed
    if (known.uid !== uid) known = { uid }
    return followEvents(feed, address, options, {
      opened(headers) {
        const id = headers.get('last-event-id')
        // What came after the last one that was heard is sent next; or nobody knows what was missed.
        if (!known.id || id !== known.id) known = { uid, id, node: { updated: id ?? Date.now() } }
        feed.value(known.node)
      },
      heard({ id, data }) {
        const said = read(data)
        known = { uid, id, node: isRecord(said) ? { updated: id, ...said } : { updated: id } }
        feed.value(known.node)
      },
    })
  }
}

/** A message need not be JSON to say that something has changed. */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Codes with which servers end a WebSocket that has no right to be there: policy (RFC 6455), unauthorized and forbidden (IANA's
 * registry), and the usual private ones.
 */
const DENIED = [1008, 3000, 3003, 4401, 4403]

/** A WebSocket, each of whose messages is the node as JSON. The server begins with the present one. */
export function webSocket(url, { protocols, hello, read = JSON.parse } = {}) {
  return feed => {
    const socket = new WebSocket(addressOf(url, feed), protocols)
    socket.onopen = () => {
      feed.alive()
      if (hello) socket.send(hello({ uid: feed.uid, token: feed.token }))
    }
    socket.onmessage = ({ data }) => {
      try {
        feed.value(nodeOf(read(data)))
      } catch (error) {
        feed.lost(error)
      }
    }
    socket.onclose = ({ code, reason }) => {
      if (DENIED.includes(code)) feed.denied(reason || `the server closed the socket with ${code}`)
      else feed.lost(reason || `the socket was closed with ${code}`)
    }
    return () => socket.close()
  }
}

/** Asks an address again and again, with its ETag; not while the tab is hidden. The last resort. */
export function poll(url, { every = 30_000, read = JSON.parse, ...options } = {}) {
  return feed => {
    const controller = new AbortController()
    let timer
    let etag
    /** It was time while nobody looked. */
    let due = false
    const look = async () => {
      const headers = { ...options.headers, ...(etag && { 'If-None-Match': etag }) }
      const response = await fetch(addressOf(url, feed), requestWith(feed, { ...options, headers }, controller.signal))
      if (response.status === 304) {
        feed.alive()
      } else if (response.ok) {
        etag = response.headers.get('etag')
        feed.value(nodeOf(read(await response.text())))
      } else {
        return refused(feed, response)
      }
      // Clients that were started together drift apart.
      if (!controller.signal.aborted) timer = setTimeout(turn, every * (0.9 + Math.random() / 5))
    }
    const turn = () => {
      due = globalThis.document?.visibilityState === 'hidden'
      if (!due) look().catch(feed.lost)
    }
    const seen = () => due && turn()
    globalThis.document?.addEventListener('visibilitychange', seen)
    look().catch(feed.lost)
    return () => {
      controller.abort()
      clearTimeout(timer)
      globalThis.document?.removeEventListener('visibilitychange', seen)
    }
  }
}
