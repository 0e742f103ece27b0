// What ours began as, in a few lines of 2014: every change fetches all that the page shows.
//
// Its feed is the Firebase SDK, which compares when it reconnects and so tells once of whatever was missed.

import { backbonePage } from './backbone.mjs'

function remoteRefresh(view) {
  view.model?.fetch()
  view.collection?.fetch()
  for (const subview of view._subviews ?? []) remoteRefresh(subview)
}

export function original(world) {
  const { page, entities } = backbonePage(world)
  let missed = false
  const refresh = () => {
    world.heard.push(performance.now())
    remoteRefresh(page)
  }
  world.listen(event => {
    if (event === 'change') refresh()
    else if (event === 'away') missed = world.changes.length
    else if (missed !== world.changes.length) refresh()
  })
  for (const entity of entities) entity.fetch()
  return () => {}
}
