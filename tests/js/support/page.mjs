// A document with custom elements, as a browser has it. To be imported before what defines one.
import { JSDOM } from 'jsdom'

const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true, url: 'http://page.example/' })

// Node has some of these itself: a page's are to be the document's own.
for (const name of [
  'window', 'document', 'customElements', 'HTMLElement', 'Element', 'Node', 'Event', 'MouseEvent', 'KeyboardEvent', 'requestAnimationFrame', 'cancelAnimationFrame',
]) Object.defineProperty(globalThis, name, { configurable: true, writable: true, value: window[name] })

export { window }

/** Presses a key on what has the focus in this shadow root. */
export function press(root, key, more) {
  root.activeElement.dispatchEvent(new window.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
}
