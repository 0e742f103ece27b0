// `remote-refresh`: ready on the next line. The wasm is inside this file and instantiated while it loads.

import wasm from '../dist/wasm/remote_refresh_bg.wasm'
import { initSync } from '../dist/wasm/remote_refresh.js'
import { createApp } from './app.js'
import { wasmError } from './error.js'

try {
  // A string with a character for each byte.
  initSync({ module: Uint8Array.from(wasm, byte => byte.charCodeAt()) })
} catch (cause) {
  throw wasmError(cause)
}

export { createApp }

const App = createApp()
export const { Events, Views, Utils, connect, show } = App
export { App }
export default App
