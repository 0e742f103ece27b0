// Ours, as an app uses it: the built package, with a feed that it opens by itself and that is cut off under it.

import Backbone from 'backbone'
import { createApp } from '../../../dist/index.js'
import { backbonePage } from './backbone.mjs'
import { answers } from './network.mjs'

let users = 0

export async function ours(world) {
  const { page, entities } = backbonePage(world)
  const App = createApp()
  const observed = App.observe(Backbone)
  const url = `https://feed.test/${++users}`
  const feed = startFeed(world, url)
  App.Events.on('firebase.child_added', () => world.heard.push(performance.now()))
  const handle = App.connect({ url, uid: users })
  await new Promise(resolve => App.Events.on('feed:state', state => state === 'open' && resolve()))
  App.show(page)
  for (const entity of entities) entity.fetch()
  return () => {
    handle.close()
    App.show(null)
    feed.stop()
    observed.unobserve()
  }
}

/** The user's node, `updated` in it: event streams in the Realtime Database's protocol. */
function startFeed(world, url) {
  const streams = new Set()
  const bytes = new TextEncoder()
  const put = (path, data) => bytes.encode(`event: put\ndata: ${JSON.stringify({ path, data })}\n\n`)
  const stop = answers(url, async signal => {
    await world.whenBack()
    world.reconnecting = false
    if (world.changes.length) world.seam = performance.now()
    const body = new ReadableStream({
      start(stream) {
        streams.add(stream)
        stream.enqueue(put('/', { updated: world.changes.length }))
        signal.addEventListener('abort', () => streams.delete(stream))
      },
    })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  })
  world.listen(event => {
    if (event === 'change') for (const stream of streams) stream.enqueue(put('/updated', world.changes.length))
    if (event === 'away') {
      world.reconnecting = true
      for (const stream of streams) stream.error(new TypeError('network error'))
      streams.clear()
    }
  })
  return { stop }
}
