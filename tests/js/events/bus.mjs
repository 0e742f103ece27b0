// What the tests of the bus share.

import '../support/wasm.mjs'
import { createEvents } from '../../../js/events.js'

export const Events = createEvents()

/** A new emitter. */
export const emitter = () => ({ ...Events })

/** A handler that writes down its calls: `calls` has the arguments of each, `contexts` what `this` was. */
export function spy(does) {
  const handler = function (...args) {
    handler.calls.push(args)
    handler.contexts.push(this)
    does?.apply(this, args)
  }
  handler.calls = []
  handler.contexts = []
  return handler
}
