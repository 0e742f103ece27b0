// What holds in every engine. ENGINE says which this run is of; scripts/check-engines runs all three.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { scriptOnOurBus } from '../e2e/script-on-our-bus.mjs'
import { launch } from './browsers.mjs'
import { inWorld, THREAD, THREAD_READS, until } from './world.mjs'

const engine = process.env.ENGINE
let browser

/** A browser that hangs ends the run; no scenario takes a tenth of it, in ms. */
const LONGEST = 90_000
/** Whether a scenario is under way: one that begins meanwhile has a browser that hangs, and fails at once. */
let isBusy = false

before(async () => {
  browser = await launch(engine)
  console.log(`# ${browser.version}`)
}, { timeout: LONGEST })
after(() => browser?.close(), { timeout: LONGEST })

/** A test named by a sentence, in a world of its own. */
const scenario = (name, run) => test(`${engine}: ${name}`, { timeout: LONGEST }, async () => {
  assert.ok(!isBusy, 'the scenario before this one has not ended')
  isBusy = true
  try {
    await inWorld(browser, run)
  } finally {
    isBusy = false
  }
})

scenario('a message appears without a reload, for one request per entity on screen, and an answer is sent', async ({ ben, post, proxy }) => {
  const tab = await ben()
  await post('amara', 'The buckles are here.')
  await tab.message('The buckles are here.')
  await tab.isQuiet()
  assert.deepEqual(proxy.reads(), wide(THREAD_READS))
  await tab.send('I see them.')
  await tab.message('I see them.')
})

scenario('a burst of 100 changes during a slow fetch costs two requests per entity', async ({ ben, post, proxy, version }) => {
  const tab = await ben()
  await tab.run(() => {
    App.Events.on('firebase.child_added', snapshot => { if (snapshot.key === 'version') window.seenVersion = snapshot.val() })
  })
  proxy.hold()
  await post('amara', 'Number 1')
  await until(() => proxy.count, wide(THREAD_READS).length)
  await post('amara', ...Array.from({ length: 99 }, (_, i) => `Number ${i + 2}`))
  await until(() => version('ben'), 100)
  await until(() => tab.run(() => window.seenVersion), 100)
  proxy.release()
  await tab.message('Number 100')
  await tab.isQuiet()
  const held = reads => reads.filter(read => THREAD_READS.includes(read))
  assert.deepEqual(held(proxy.reads()), [...THREAD_READS, ...THREAD_READS].sort())
})

scenario('a connection that breaks and comes back: one refresh brings what was missed', async ({ ben, post, proxy }) => {
  const tab = await ben()
  proxy.down()
  await tab.state('stale')
  await post('amara', 'One', 'Two', 'Three')
  proxy.up()
  await tab.message('Three')
  await tab.state('open')
  await tab.isQuiet()
  assert.deepEqual(proxy.reads(), wide(THREAD_READS))
})

scenario('three tabs share one stream; when the one that leads is closed, another takes over and nothing is missed', async ({ ben, open, post, proxy }) => {
  const tabs = [await ben()]
  while (tabs.length < 3) {
    const tab = await open(`/#threads/${THREAD}`)
    await tab.state('open')
    await tab.isQuiet()
    tabs.push(tab)
  }
  assert.equal(proxy.streams.length, 1)
  await post('amara', 'To all of you.')
  for (const tab of tabs) {
    await tab.show()
    await tab.message('To all of you.')
  }
  await tabs[0].close()
  await until(() => proxy.open('ben'), 1)
  await post('amara', 'And afterwards.')
  for (const tab of tabs.slice(1)) {
    await tab.show()
    await tab.message('And afterwards.')
  }
  assert.equal(proxy.streams.length, 2)
})

scenario('without Web Locks each tab has a stream of its own', async ({ ben, open, post, proxy }) => {
  proxy.putBefore('/app.js', 'delete Navigator.prototype.locks')
  const tabs = [await ben(), await open(`/#threads/${THREAD}`)]
  await until(() => proxy.open('ben'), 2)
  await post('amara', 'To each of you.')
  for (const tab of tabs) {
    await tab.show()
    await tab.message('To each of you.')
  }
})

scenario('after a sign-out, the next person hears nothing of the last one', async ({ ben, post, proxy, version }) => {
  const tab = await ben()
  await tab.click('sign-out')
  await until(() => proxy.open('ben'), 0)
  await tab.signIn('chiara')
  await tab.run(() => {
    window.heard = []
    App.Events.on('firebase.child_added', snapshot => window.heard.push(snapshot.ref().toString()))
  })
  await post('amara', 'For Ben and Farid alone.')
  await until(() => version('ben'), 1)
  await tab.isQuiet()
  assert.deepEqual(await tab.run(() => window.heard), [])
  assert.deepEqual(proxy.streams.map(({ node }) => node), ['ben', 'chiara'])
})

scenario('Model, Collection, View and Router with our mixin run the demo unchanged', async ({ ben, post, proxy }) => {
  proxy.replace('/app.js', await scriptOnOurBus())
  const tab = await ben()
  assert.equal(await tab.run(() => window.swapped), true)
  await post('amara', 'On another bus.')
  await tab.message('On another bus.')
  await tab.send('Same stop.')
  await tab.message('Same stop.')
})

scenario('who leaves the page and comes back by the Back button sees what came meanwhile', async ({ ben, post, proxy }) => {
  const tab = await ben()
  await tab.run(() => addEventListener('pageshow', ({ persisted }) => { window.restored = persisted }))
  await tab.goto('/dist/nowhere')
  await until(() => proxy.open('ben'), 0)
  await post('amara', 'While you were away.')
  await tab.back()
  await until(() => tab.run(() => location.hash.length > 1).catch(() => false))
  await tab.message('While you were away.')
  await tab.state('open')
  console.log(`# ${engine}: ${await tab.run(() => window.restored) ? 'restored from the back/forward cache' : 'loaded anew'}`)
})

scenario('side by side: a burst costs few requests, and who was offline catches up with one refresh', async ({ open }) => {
  const tab = await open('/side-by-side')
  const count = name => tab.run(name => Number(document.querySelector(`[data-seat=right] [data-count=${name}]`).textContent), name)
  const state = expected => until(() => tab.run(() => document.querySelector('[data-seat=right]')?.dataset.feed), expected, 'Ben’s feed')
  const said = () => tab.run(() => document.querySelector('.stage-said').textContent)
  await state('open')
  await tab.click('burst')
  await until(async () => (await said()).includes('Ben: 100 changes'))
  assert.ok(await count('requests') < 100, await said())

  await tab.run(() => document.querySelector('[data-seat=right] [data-switch=offline]').click())
  await state('offline')
  const [changes, requests] = [await count('changes'), await count('requests')]
  await tab.click('burst')
  await until(async () => (await said()).includes('Ben is offline'))
  assert.deepEqual([await count('changes'), await count('requests')], [changes, requests])
  await tab.run(() => document.querySelector('[data-seat=right] [data-switch=offline]').click())
  await state('open')
  await until(() => count('changes'), changes + 100)
  await until(() => count('requests'), requests + 2)
})

scenario('the inspector shows the page, and what a change made of it, in colors that can be read', async ({ ben, post }) => {
  const tab = await ben()
  await tab.click('inspector')
  const shown = () => tab.run(() => JSON.stringify(document.querySelector('remote-refresh-inspector')))
  await until(async () => /"name":"ThreadPage"/.test(await shown()))
  await post('amara', 'For the inspector.')
  await until(async () => /up to date after \d+ ms/.test(await shown()), true, 'a result in the timeline')
  const [ink, paper] = await tab.run(() => {
    const { color, backgroundColor } = getComputedStyle(document.querySelector('remote-refresh-inspector').shadowRoot.querySelector('.panel'))
    return [color, backgroundColor]
  })
  assert.notEqual(ink, paper)
  assert.match(paper, /^rgb\(/, 'a background of its own, and no transparent one')
})

scenario('the package with the wasm in a file of its own loads, and follows a feed', async ({ open }) => {
  const tab = await open()
  const key = await tab.run(async () => {
    const { default: load } = await import('/dist/async.js')
    const App = await load()
    return new Promise(resolve => {
      App.Events.on('firebase.child_added', snapshot => resolve(snapshot.key))
      App.connect({
        uid: 'u1',
        provider({ value }) {
          value({ version: 1 })
          const timer = setTimeout(() => value({ version: 2 }), 10)
          return () => clearTimeout(timer)
        },
      })
    })
  })
  assert.equal(key, 'version')
})

/** What a window wide enough for the list beside the thread fetches with it. */
function wide(reads) {
  return [...reads, 'GET /api/threads'].sort()
}
