// `remote-refresh/async`: the same with the wasm in a file of its own, compiled while it streams in.

import init, { Engine } from '../dist/wasm/remote_refresh.js'
import { appFactory } from './app.js'
import { coded, wasmError } from './error.js'

let loading
let factory

/** Loads the wasm once and gives the App. `source` says where it is, if a bundler moved it. */
export default function load(source = new URL('./remote_refresh_bg.wasm', import.meta.url)) {
  loading ??= init(source).then(
    () => {
      factory = appFactory(Engine)
      return factory()
    },
    cause => {
      // A network that failed once may work the next time.
      loading = undefined
      throw wasmError(cause)
    },
  )
  return loading
}

/** A second App, once `load()` has given the first. */
export function createApp(options) {
  if (!factory) throw coded('not-loaded', 'call `await load()`, the default export, before `createApp`')
  return factory(options)
}
