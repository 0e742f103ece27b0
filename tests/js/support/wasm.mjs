// Instantiates the wasm module for tests and benches that import files of js/ directly: import this first.

import { readFileSync } from 'node:fs'
import { initSync } from '../../../dist/wasm/remote_refresh.js'

const file = new URL('../../../dist/wasm/remote_refresh_bg.wasm', import.meta.url)

export const { memory } = initSync({ module: new WebAssembly.Module(readFileSync(file)) })
