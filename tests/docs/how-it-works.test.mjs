// docs/how-it-works.md: its example says what it says, and its picture has the feed's states, all of them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createApp } from '../../dist/index.js'
import { startFeed } from '../js/support/feed-server.mjs'
import { readPage } from './page.mjs'
import { project, until } from './project.mjs'

const reader = project('docs/how-it-works.md')

test('ten changes are two requests', async () => {
  const burst = reader.run('burst')
  assert.equal(await burst.ended, 0)
  assert.equal(burst.said.trim(), '2')
  assert.match(reader.blocks.get('burst.mjs'), /\/\/ 2\n/)
})

/** The transitions of the state diagram, as `from to`. */
const drawn = () => {
  const { code } = readPage('docs/how-it-works.md').blocks.find(({ code }) => code.startsWith('stateDiagram'))
  return [...code.matchAll(/^ +([\w[\]*]+) --> ([\w[\]*]+)/gm)].map(([, from, to]) => [from, to])
}

test('the states are those of the types', () => {
  const [, union] = /export type FeedState = (.*)/.exec(readFileSync(new URL('../../js/index.d.ts', import.meta.url), 'utf8'))
  assert.deepEqual([...new Set(drawn().flat())].filter(state => state !== '[*]').sort(), [...union.matchAll(/'(\w+)'/g)].map(([, state]) => state).sort())
})

test('what a feed goes through is drawn', async t => {
  const feed = await startFeed({ updated: 1 })
  const App = createApp()
  const steps = []
  App.Events.on('feed:state', (state, { previous }) => { if (state !== previous) steps.push(`${steps.length ? previous : '[*]'} ${state}`) })
  const handle = App.connect({ url: feed.url, uid: 'ann', auth: 'token', reconnectionDelay: 5, reconnectionDelayMax: 10 })
  t.after(() => handle.close())
  await until(() => handle.state === 'open')
  feed.drop()
  await until(() => steps.at(-1) === 'stale open')
  feed.refuse(403)
  feed.drop()
  await until(() => handle.state === 'denied')
  feed.accept()
  handle.authenticate('other token')
  await until(() => handle.state === 'open')
  feed.cancel()
  await until(() => handle.state === 'denied')
  handle.close()
  await until(() => handle.state === 'closed')
  const allowed = drawn().map(([from, to]) => `${from} ${to}`)
  assert.deepEqual(steps.filter(step => !allowed.includes(step) && !step.endsWith(' closed')), [])
  assert.ok(steps.length >= 8, steps.join(', '))
})
