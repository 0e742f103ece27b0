// What stays after passes: the heap after the collector ran, and the module's memory. In Node, whose collector can be called.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { options } from './contestants.mjs'
import { plant } from './trees.mjs'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')

/** A fresh instance of the built package, and the memory of its wasm module. */
async function instance() {
  const { Instance } = WebAssembly
  let memory
  WebAssembly.Instance = function (module, imports) {
    const made = new Instance(module, imports)
    memory = Object.values(made.exports).find(each => each instanceof WebAssembly.Memory)
    return made
  }
  try {
    const { createApp } = await import('../../dist/index.js?memory')
    return { App: createApp(options), memory }
  } finally {
    WebAssembly.Instance = Instance
  }
}

let found

/**
 * @param {object} tree what `plant` takes
 * @param {number} passes
 * @returns what stays, in bytes: of the heap (the least of three looks, before and after) and of the module's memory
 */
export async function whatStays(tree, passes) {
  const { App, memory } = found ??= await instance()
  const page = plant(tree)
  const walk = async times => {
    for (let i = 0; i < times; i++) {
      App.Utils.RemoteRefresh(page, { pass: i })
      await turn()
    }
  }
  const look = async () => {
    const heaps = []
    for (let i = 0; i < 3; i++) {
      gc()
      await turn()
      heaps.push(process.memoryUsage().heapUsed)
    }
    return { heap: Math.min(...heaps), wasm: memory.buffer.byteLength }
  }
  // The first passes number the views, and make the lists as long as they get.
  await walk(10)
  const before = await look()
  await walk(passes)
  const after = await look()
  return { heap: after.heap - before.heap, wasm: after.wasm - before.wasm, wasmBytes: after.wasm }
}

const turn = () => new Promise(resolve => setImmediate(resolve))
