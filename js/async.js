// `remote-refresh/async`: the same with the wasm in a file of its own, compiled while it streams in.

import init from '../dist/wasm/remote_refresh.js'
import { createApp as create } from './app.js'
import { coded, wasmError } from './error.js'

let loading
let loaded = false

/** Loads the wasm once and gives the App. `source` says where it is, if a bundler moved it. */
export default function load(source = new URL('./remote_refresh_bg.wasm', import.meta.url)) {
  loading ??= init({ module_or_path: source }).then(
    () => {
      loaded = true
      return create()
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
  if (!loaded) throw coded('not-loaded', 'call `await load()`, the default export, before `createApp`')
  return create(options)
}
