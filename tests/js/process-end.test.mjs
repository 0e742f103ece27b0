// In Node, a process that closed its feed ends when nothing is under way: it waits for no timer of an App's.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startFeed } from './support/feed-server.mjs'

const script = fileURLToPath(new URL('./support/closed-feed.mjs', import.meta.url))

/** What the process told; that it came to its end is asserted by its being awaited. */
async function run(...args) {
  const feed = await startFeed({ updated: 1 })
  const { stdout } = await promisify(execFile)(process.execPath, [script, feed.url, ...args])
  return JSON.parse(stdout)
}

test('a process with a closed feed and settled fetches has no timer, and ends', async () => {
  const { open, closed, idle } = await run()
  assert.ok(open > 0, 'an open feed is watched')
  assert.deepEqual({ closed, idle }, { closed: 0, idle: 0 })
})

test('a fetch that is under way when the feed is closed has its time limit until it settles', async () => {
  const { closed, idle } = await run('pending')
  assert.deepEqual({ closed, idle }, { closed: 1, idle: 0 })
})
