// How much memory emitters take, and whether it grows: in Node with --expose-gc.

import Backbone from 'backbone'
import { memory } from '../../tests/js/support/wasm.mjs'
import { createEvents } from '../../js/events.js'

const COUNT = 50_000
const f = () => {}
const events = createEvents()

/** Makes one object of what stays. */
const kinds = {
  'an emitter with one handler': mixin => Object.assign({}, mixin).on('change', f),
  'an emitter with three names': mixin => Object.assign({}, mixin).on('change remove reset', f),
  'two emitters, one listens to the other': mixin => Object.assign({}, mixin).listenTo(Object.assign({}, mixin), 'change', f),
}

async function heap() {
  for (let i = 0; i < 4; i++) {
    await new Promise(resolve => setTimeout(resolve, 10)) // finalizers run between tasks
    globalThis.gc()
  }
  return process.memoryUsage().heapUsed
}

/** Bytes for each object, without the object itself. */
async function each(make, mixin) {
  const kept = Array.from({ length: COUNT })
  const [before, wasmBefore] = [await heap(), memory.buffer.byteLength]
  for (let i = 0; i < COUNT; i++) kept[i] = make(mixin)
  return { heap: ((await heap()) - before) / COUNT, wasm: (memory.buffer.byteLength - wasmBefore) / COUNT, kept: kept.length }
}

/** Bytes more after ten times as many emitters came and went as before. */
async function growth(mixin) {
  const round = async () => {
    for (let i = 0; i < COUNT; i++) Object.assign({}, mixin).on(`name${i % 100}`, f).listenTo(Object.assign({}, mixin).on('change', f), 'change', f)
    return [await heap(), memory.buffer.byteLength]
  }
  await round()
  const [before, wasmBefore] = await round()
  for (let i = 0; i < 18; i++) await round()
  const [after, wasmAfter] = await round()
  return { heap: after - before, wasm: wasmAfter - wasmBefore }
}

export default async function run() {
  const rows = {}
  for (const [kind, make] of Object.entries(kinds)) {
    const bare = await each(mixin => [Object.assign({}, mixin), Object.assign({}, mixin)].slice(kind.startsWith('two') ? 0 : 1), events)
    const [ours, theirs] = [await each(make, events), await each(make, Backbone.Events)]
    rows[kind] = { heap: ours.heap - bare.heap, wasm: ours.wasm, backbone: theirs.heap - bare.heap }
  }
  const [ours, theirs] = [await growth(events), await growth(Backbone.Events)]
  rows['growth while a million emitters come and go'] = { ...ours, backbone: theirs.heap }
  return rows
}
