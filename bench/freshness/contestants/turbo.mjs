// Turbo 8's page refresh: each change is a `<turbo-stream action="refresh">`, and the whole page is one request.

import { renderStreamMessage } from '@hotwired/turbo'
import { answers } from './network.mjs'

export async function turbo(world) {
  let subscribed = false
  const html = versions => `<!doctype html><title>Turbo</title><body>${JSON.stringify(versions)}</body>`
  const show = () => {
    for (const [name, version] of Object.entries(JSON.parse(document.body.textContent))) world.show(name, version)
  }
  const stop = answers(document.baseURI, async signal => {
    const versions = await world.get(world.names, signal)
    return new Response(html(versions), { headers: { 'Content-Type': 'text/html' } })
  })
  addEventListener('turbo:render', show)
  world.listen(event => {
    if (event !== 'change' || !subscribed) return
    world.heard.push(performance.now())
    renderStreamMessage('<turbo-stream action="refresh"></turbo-stream>')
  })
  // The page as the server rendered it. It subscribes to its stream when it is there.
  world.get(world.names).then(versions => {
    document.body.textContent = JSON.stringify(versions)
    show()
    subscribed = true
  })
  return () => {
    removeEventListener('turbo:render', show)
    stop()
  }
}
