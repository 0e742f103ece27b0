// The benchmarks of what a page downloads and how it starts run from end to end. Names and counts, no times and no sizes.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import test from 'node:test'

const rowsOf = name => {
  const lines = execFileSync('node', ['bench/run.mjs', name, '--quick'], { encoding: 'utf8' }).split('\n')
  return lines.filter(line => line.startsWith('| ')).slice(2).map(line => line.split('|').slice(1, -1).map(cell => cell.trim()))
}

test('every client is measured in size, ours beside the others', () => {
  const rows = rowsOf('size')
  const names = rows.map(([name]) => name)
  for (const name of ['remote-refresh', 'remote-refresh/async', 'firebase', 'pusher-js', 'socket.io-client', 'centrifuge', '@hotwired/turbo']) {
    assert.ok(names.includes(name), name)
  }
  for (const [name, ...sizes] of rows) assert.ok(sizes.length === 3 && sizes.every(size => /^[\d,]+$/.test(size)), name)
})

test('every client starts in a page, and those with a server hear its event', () => {
  const heard = Object.fromEntries(rowsOf('start').map(([name, , event]) => [name, event !== '–']))
  assert.deepEqual(heard, {
    'remote-refresh': true, 'remote-refresh/async': true, firebase: true, 'socket.io-client': true, 'pusher-js': false, centrifuge: false,
  })
})
