// `remote-refresh/inspector`: the custom element <remote-refresh-inspector>, which shows what an App does and why.
//
// It carries no App of its own: it is given one, of whichever entry. Importing it where there is no document does nothing.

import { InspectorElement } from './inspector/element.js'

const NAME = 'remote-refresh-inspector'

// A page may load this file twice, bundled by two: the first one is it.
if (globalThis.customElements && !customElements.get(NAME)) customElements.define(NAME, InspectorElement)

/** The element's class. */
export const RemoteRefreshInspector = globalThis.customElements?.get(NAME) ?? InspectorElement

/** Shows the inspector of an App at the bottom of the page, or at the end of another element, once. Gives it. */
export function openInspector(app, { parent = document.body } = {}) {
  const open = [...document.querySelectorAll(NAME)].find(inspector => inspector.app === app)
  if (open) return open
  const inspector = document.createElement(NAME)
  inspector.app = app
  parent.append(inspector)
  return inspector
}
