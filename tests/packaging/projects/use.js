// What every page does with the App it got, however it came by it: follows a feed, shows a view, hears of a change, and
// leaves the outcome in the title. A classic script, so that it is the same for module loaders of all ages.
window.errors = []
addEventListener('error', event => { errors.push(event.error && event.error.code || event.message); finish() })
addEventListener('unhandledrejection', event => { errors.push(event.reason && event.reason.code || String(event.reason)); finish() })

function finish() {
  document.title = errors.length ? 'failed: ' + errors.join(', ') : 'used'
}

/** Uses one App; the promise resolves when the view has been refreshed for a change, with the number of its fetches. */
function useOne(App, uid) {
  return new Promise(resolve => {
    let fetches = 0
    App.Events.on('feed:state', state => {
      // Shown when the feed is open, nothing is pending for the view until something changes.
      if (state !== 'open') return
      App.Views.currentPageView = { model: { fetch: () => fetch('/api/inbox').then(() => { fetches++ }) } }
      fetch('/change/' + uid, { method: 'POST' })
    })
    App.Events.on('refresh:done', () => setTimeout(() => {
      App.connect({ url: location.origin, uid, shareTabs: false }).close()
      resolve(fetches)
    }))
    App.connect({ url: location.origin, uid, shareTabs: false })
  })
}

/** Uses Apps, one after the other. */
window.use = async function (...apps) {
  for (const [index, App] of apps.entries()) {
    const fetches = await useOne(App, `${Date.now()}-${index}`)
    if (fetches !== 1) errors.push('fetched ' + fetches + ' times for one change')
  }
  // The inspector is defined by its import alone, which no bundler may drop; its styles need no word in any policy.
  for (const inspector of document.querySelectorAll('remote-refresh-inspector')) {
    inspector.app = apps[0]
    if (inspector.toJSON?.().feed === null) errors.push('the inspector shows no App')
    if (!inspector.shadowRoot || getComputedStyle(inspector).position !== 'fixed') errors.push('the inspector is not defined')
  }
  finish()
}
