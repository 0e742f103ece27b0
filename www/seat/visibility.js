// A page that is told nobody sees it, as by a browser whose user has gone to another tab. A frame that is hidden is not told: its
// visibility is the whole tab's.

/** Says that the page is hidden, or is seen again. */
export function hide(hidden) {
  const state = hidden ? 'hidden' : 'visible'
  if (document.visibilityState === state) return
  for (const [name, value] of [['visibilityState', state], ['hidden', hidden]]) {
    // On the document itself, in front of what its prototype says.
    if (hidden) Object.defineProperty(document, name, { configurable: true, get: () => value })
    else delete document[name]
  }
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}
