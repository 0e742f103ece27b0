// How much memory the bus holds after a million steps, in JavaScript and in wasm, and which objects it keeps. Prints JSON; run with --expose-gc.

import { memory } from '../support/wasm.mjs'
import { emitter } from './bus.mjs'

const steps = Number(process.argv[2] ?? 1_000_000)
const samples = 200

const bus = emitter()
const f = () => {}

/** Each does one step, number `i`, and returns what should be collected afterwards, if there is something. */
const scenarios = {
  'long-lived, used again and again'(i) {
    bus.on('event', f).trigger('event', i).off('event', f)
  },
  'cleaned up'(i) {
    const object = emitter()
    object.on('event all', () => object, object).trigger('event', i).off()
    return object
  },
  'dropped without off'(i) {
    const object = emitter()
    object.on(`event:${i % 50}`, () => object, object).once('other', () => object)
    object.listenTo(object, 'event', f)
    return object
  },
  'listening to each other, dropped'() {
    const [a, b] = [emitter(), emitter()]
    a.listenTo(b, 'event', () => a)
    b.listenTo(a, 'event', () => b)
    return a
  },
  'new names'(i) {
    bus.on(`name${i}`, f).trigger(`name${i}`).off(`name${i}`).trigger(`unheard${i}`).once(`once${i}`, f).trigger(`once${i}`)
  },
  once(i) {
    const context = {}
    bus.once('event', () => context, context).trigger('event', i)
    return context
  },
  'listenTo and stopListening'() {
    const view = emitter()
    view.listenTo(bus, 'event', () => view).listenToOnce(bus, 'other', () => view).stopListening()
    return view
  },
  'listenTo, and the other side calls off'() {
    const view = emitter()
    view.listenTo(bus, 'event', () => view)
    bus.off('event')
    return view
  },
  'listenTo without a function'() {
    const view = emitter()
    return view.listenTo(bus, 'event', undefined)
  },
  'thrown out by an error'(i) {
    const view = emitter()
    const throws = () => { throw i }
    try {
      view.on('event', throws).trigger('event')
    } catch {
      return view
    }
  },
}

/** What must be found to be kept: handlers of a bus that lives on. */
const controls = {
  'control: listens to a bus that lives on'() {
    const view = emitter()
    return view.listenTo(bus, 'kept', () => view)
  },
}

const pause = () => new Promise(resolve => setTimeout(resolve))

/** The heap in bytes once nothing more goes. */
async function collected() {
  let least = Infinity
  for (let i = 0; i < 6; i++) {
    await pause()
    globalThis.gc()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

/** Steps in a function of their own: one that waits would keep what it held last. */
function take(step, from, to, every, refs) {
  for (let i = from; i < to; i++) {
    const object = step(i)
    if (object && i % every === 0) refs.push(new WeakRef(object))
  }
}

async function run(step, count) {
  const block = 5_000
  take(step, 0, block, Infinity, [])
  const before = await collected()
  const refs = []
  let half = 0
  for (let from = 0; from < count; from += block) {
    if (from <= count / 2) half = memory.buffer.byteLength
    take(step, from, Math.min(from + block, count), count / samples, refs)
    await pause() // a WeakRef keeps its object to the end of the turn
  }
  const after = await collected()
  return { bytes: after - before, wasmBytes: memory.buffer.byteLength - half, sampled: refs.length, survived: refs.filter(ref => ref.deref()).length }
}

/**
 * Bytes that one trigger allocates, with so many arguments, also after others have had more, or several names: once the engine
 * has compiled it, which it does in the background when it finds the time.
 */
async function allocated(args, name) {
  const object = emitter().on('event', f).on(name, () => {})
  const trigger = [
    n => { for (let i = 0; i < n; i++) object.trigger('event') },
    n => { for (let i = 0; i < n; i++) object.trigger('event', object) },
    n => { for (let i = 0; i < n; i++) object.trigger('event', object, object) },
    n => { for (let i = 0; i < n; i++) object.trigger('event', object, object, object) },
    n => { for (let i = 0; i < n; i++) object.trigger('event', object, object, object, object) },
  ][args]
  for (let i = 0; i < 20_000; i++) object.trigger('event', 1, 2, 3, 4).trigger('event other', 1)
  // So few that the young generation has room for all: nothing is collected in between.
  const count = 5_000
  let least = Infinity
  for (let i = 0; i < 300 && least > count; i++) {
    trigger(100_000)
    await pause()
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    trigger(count)
    least = Math.min(least, process.memoryUsage().heapUsed - before)
  }
  return least / count
}

const result = { steps, scenarios: {}, controls: {}, allocated: [] }
for (const name of ['event', 'all']) {
  const bytes = []
  for (const args of [0, 1, 2, 3, 4]) bytes.push(await allocated(args, name))
  result.allocated.push(bytes)
}
for (const [name, step] of Object.entries(scenarios)) result.scenarios[name] = await run(step, steps)
for (const [name, step] of Object.entries(controls)) result.controls[name] = await run(step, 20_000)
console.log(JSON.stringify(result, null, 1))
