// The inspector: loaded when it is asked for, by its button or Alt+I, and not before.

import App from 'remote-refresh'
import { html } from './html.js'

/** A button for the bar. */
export const inspectorButton = html`
  <button type="button" class="icon-button" data-action="inspector" data-testid="inspector" aria-keyshortcuts="Alt+I"
    aria-label="Inspector" title="What is live here, and why: the inspector (Alt+I)">
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h16v14H4zM4 13h4l2-4 3 7 2-3h5"/></svg>
  </button>`

async function toggle() {
  const open = document.querySelector('remote-refresh-inspector')
  if (open) return open.remove()
  const { openInspector } = await import('remote-refresh/inspector')
  openInspector(App, { parent: document.getElementById('app') })
}

document.addEventListener('click', event => event.target.closest('[data-action=inspector]') && toggle())
document.addEventListener('keydown', event => {
  // By its place: with Alt, the key may give another letter.
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === 'KeyI') {
    event.preventDefault()
    toggle()
  }
})
