// `remote-refresh`: ready on the next line. The wasm is inside this file and instantiated while it loads.

import wasmBytes from '../dist/wasm/remote_refresh_bg.wasm'
import { Engine, initSync } from '../dist/wasm/remote_refresh.js'
import { appFactory } from './app.js'
import { wasmError } from './error.js'

try {
  initSync(wasmBytes())
} catch (cause) {
  throw wasmError(cause)
}

export const createApp = appFactory(Engine)

const App = createApp()
export const { Events, Views, Utils, connect, show } = App
export { App }
export default App
