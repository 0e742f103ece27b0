// Nothing leaks: after a million steps of each kind the heap is as it was, and of the objects that were dropped none is left.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'node:test'

const steps = Number(process.env.EVENTS_STEPS ?? 1_000_000)

/** Less than a byte for each step: what the engine keeps of the code and of its own. */
const mostBytes = 400_000

/** How soon finalizers run is up to the engine, and memory keeps the most that was waiting for them; a leak takes 100 bytes a step. */
const mostWasmBytes = 40 * steps

const script = fileURLToPath(new URL('./events/memory.mjs', import.meta.url))
const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, steps])
const { scenarios, controls, allocated } = JSON.parse(stdout)

for (const [name, { bytes, wasmBytes, sampled, survived }] of Object.entries(scenarios)) {
  test(`nothing is left after ${steps} steps: ${name}`, () => {
    assert.ok(bytes < mostBytes, `${bytes} bytes more`)
    // What was dropped in the first half is used again in the second: the finalizers run between tasks.
    assert.ok(wasmBytes <= mostWasmBytes, `${wasmBytes} bytes more of wasm memory`)
    assert.ok(sampled === 200 || sampled === 0, `${sampled} were sampled`)
    assert.equal(survived, 0)
  })
}

test('five kinds of steps drop objects at least, and all of those are sampled', () => {
  assert.ok(Object.values(scenarios).filter(({ sampled }) => sampled === 200).length >= 5)
})

for (const [name, { bytes, survived }] of Object.entries(controls)) {
  test(`what is kept is noticed: ${name}`, () => {
    assert.ok(bytes > mostBytes)
    assert.equal(survived, 200)
  })
}

test('a trigger with up to three arguments allocates nothing, with handlers for all too; with four, an array', () => {
  assert.equal(allocated.length, 2)
  // The smallest object has 12 bytes.
  for (const [none, one, two, three, four] of allocated) {
    for (const bytes of [none, one, two, three]) assert.ok(bytes < 6, `${bytes} bytes for each`)
    assert.ok(four > 12, `${four} bytes for each`)
  }
})
