// Event streams (HTML, "Server-sent events") over `fetch`: `EventSource` can send no token, hides why it was refused, and
// says nothing of the comments that keep a stream alive.
import { addressOf, refused, requestWith } from './address.js'

/** Characters of one event. A node is small: whatever is longer is no feed. */
const MAX_EVENT = 1 << 20

/**
 * Follows an event stream until it is closed: `opened` gets the response's headers, `heard` each event as `{ type, id, data }`.
 * Returns what closes it.
 */
export function followEvents(feed, url, options, { opened, heard }) {
  const controller = new AbortController()
  const follow = async () => {
    const accept = { Accept: 'text/event-stream', ...options.headers }
    const response = await fetch(addressOf(url, feed), requestWith(feed, { ...options, headers: accept }, controller.signal))
    if (response.status !== 200) return refused(feed, response)
    feed.alive()
    opened?.(response.headers)
    const parse = eventParser(heard)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let chunk; !(chunk = await reader.read()).done;) {
      feed.alive()
      parse(chunk.value)
    }
    feed.lost('the stream ended')
  }
  follow().catch(feed.lost)
  return () => controller.abort()
}

/** A function that takes text as it arrives, and calls `heard` for each event that is whole. */
export function eventParser(heard) {
  let rest = ''
  let [type, data, id] = ['', '', '']
  const line = text => {
    if (text === '') {
      if (data) heard({ type: type || 'message', id, data: data.slice(0, -1) })
      type = data = ''
      return
    }
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(text)
    if (field === 'event') type = value ?? ''
    else if (field === 'data') data += `${value ?? ''}\n`
    else if (field === 'id' && !value?.includes('\0')) id = value ?? ''
  }
  return text => {
    rest += text
    let start = 0
    // A `\r` at the end may be half of `\r\n`.
    for (const { 0: end, index } of rest.matchAll(/\r\n|\n|\r(?!$)/g)) {
      line(rest.slice(start, index))
      start = index + end.length
    }
    rest = rest.slice(start)
    if (rest.length + data.length > MAX_EVENT) throw new Error(`an event is longer than ${MAX_EVENT} characters`)
  }
}
