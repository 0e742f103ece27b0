// A document for the view frameworks, and what they look for as globals. To be imported before any of them.
import { parseHTML } from 'linkedom'

const { document, window } = parseHTML('<html><body><main id="page"></main></body></html>')
/** What has the focus: the document has no layout, and so none of its own. */
let focused = document.body
Object.defineProperty(document, 'activeElement', { configurable: true, get: () => focused })

// jQuery looks where it is, and makes a document to parse in.
globalThis.location = window.location = new URL('http://page.example/')
document.implementation ??= {
  createHTMLDocument: () => parseHTML('<html><head></head><body></body></html>').document,
}

export { document, window }

/** Gives the focus to an element, or takes it away. */
export function focus(element) {
  const before = focused
  focused = element ?? document.body
  before.dispatchEvent(new window.Event('focusout', { bubbles: true }))
}

globalThis.document = document
globalThis.window = window
globalThis.Element = window.Element
globalThis.Node = window.Node

/** jQuery in this document, also as the global that older code looks for. */
export async function jQuery() {
  const { default: made } = await import('jquery')
  globalThis.$ = globalThis.jQuery = made.fn ? made : made(window)
  return globalThis.$
}
