// What goes wrong in the field: crashes, lost networks, expired and refused tokens, broken views.

import { expect, test, THREAD } from './support.mjs'

const THREAD_READS = [`GET /api/threads/${THREAD}`, `GET /api/threads/${THREAD}/messages`]

test('a feed server that was killed and comes back: one refresh brings what was missed', async ({ demo, feedServer, person }) => {
  const feed = await feedServer()
  const { url } = await demo('--feed', feed.url, '--feed-secret', feed.secret)
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  await ben.signIn(url)
  await ben.openThread()

  await feed.kill()
  await amara.post(url, 'Written while the feed was down.')
  await ben.hasState('stale')
  expect(ben.reads()).toEqual([])
  await feed.start()

  await expect(ben.message('Written while the feed was down.')).toBeVisible()
  await ben.isLive()
  await ben.isQuiet()
  expect(ben.reads()).toEqual(THREAD_READS)
})

test('a feed server killed in the middle of a write loses nothing', async ({ demo, feedServer, person }) => {
  const feed = await feedServer()
  const { url } = await demo('--feed', feed.url, '--feed-secret', feed.secret)
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  await ben.signIn(url)
  await ben.openThread()

  for (let round = 1; round <= 3; round++) {
    await Promise.all([feed.kill(), amara.post(url, `Round ${round}`)])
    await feed.start()
    await expect(ben.message(`Round ${round}`)).toBeVisible()
    await ben.isLive()
    await ben.isQuiet()
    // Whether the write was stored before the kill is chance: then the notifier's second try is a second change.
    const reads = ben.reads()
    expect([THREAD_READS.length, 2 * THREAD_READS.length]).toContain(reads.length)
  }
})

test('who was offline catches up with one refresh', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  await ben.signIn(url)
  await ben.openThread()

  await ben.context.setOffline(true)
  await ben.hasState('offline')
  const before = await ben.feedVersion(url)
  for (const text of ['One', 'Two', 'Three']) await amara.post(url, text)
  await expect.poll(() => ben.feedVersion(url)).toBe(before + 3)
  expect(ben.reads()).toEqual([])
  await ben.context.setOffline(false)
  await expect(ben.message('Three')).toBeVisible()
  await ben.isLive()
  await ben.isQuiet()
  expect(ben.reads()).toEqual(THREAD_READS)

  await ben.context.setOffline(true)
  await ben.hasState('offline')
  await ben.context.setOffline(false)
  await ben.isLive()
  await ben.isQuiet()
  expect(ben.reads(), 'nothing changed, so nothing is fetched').toEqual([])
})

test('a token that expires under an open feed is renewed, and no change is lost', async ({ demo, person }) => {
  const { url } = await demo('--token-lifetime', '5')
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  let release
  const released = new Promise(resolve => { release = resolve })
  await ben.page.route('**/api/feed-token', async route => {
    // The first token is given at once; the next one only after the change.
    if (ben.tokens > 1) await released
    await route.continue()
  })
  await ben.signIn(url)
  await ben.openThread()
  await ben.hasState('stale')
  await amara.post(url, 'While nobody could listen.')
  release()
  await expect(ben.message('While nobody could listen.')).toBeVisible()
  await ben.isLive()
  await ben.isQuiet()
  expect(ben.reads()).toEqual(THREAD_READS)
})

test('tokens are renewed ahead of their expiry without a sign of it', async ({ demo, person }) => {
  const { url } = await demo('--token-lifetime', '5')
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  await ben.signIn(url)
  await ben.openThread()
  const states = await ben.page.evaluate(() => new Promise(resolve => {
    const states = []
    App.Events.on('feed:state', state => states.push(state))
    setTimeout(() => resolve(states), 12_000)
  }))
  expect(ben.tokens).toBeGreaterThanOrEqual(3)
  expect(states).toEqual([])
  await amara.post(url, 'Still there?')
  await expect(ben.message('Still there?')).toBeVisible()
})

test('a denied user is told so, and the server is left in peace', async ({ demo, person }) => {
  const { url } = await demo()
  const ben = await person('ben')
  await ben.page.route('**/api/feed-token', route => route.fulfill({ json: { token: 'nobody’s', expires: 0 } }))
  await ben.page.goto(url)
  await ben.page.getByTestId('user-ben').click()
  await ben.hasState('denied')
  await ben.page.waitForTimeout(3000)
  // One refusal renews the token, the second is final.
  expect({ streams: ben.streams, tokens: ben.tokens }).toEqual({ streams: 2, tokens: 2 })
})

test('one broken view harms no other', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  await ben.signIn(url)
  await ben.openThread()
  await ben.page.evaluate(() => {
    const page = App.Views.currentPageView
    const Model = Object.getPrototypeOf(page.model.constructor) // Backbone.Model
    window.errors = []
    App.Events.on('refresh:error', error => window.errors.push([error.code, error.view === window.broken, String(error.cause)]))
    window.broken = { model: new Model({ id: 1 }) }
    page._subviews.unshift(window.broken, null, { remoteRefresh() { throw new Error('mine') } })
  })
  await amara.post(url, 'All the same.')
  await expect(ben.message('All the same.')).toBeVisible()
  await ben.isQuiet()
  expect(ben.reads()).toEqual(THREAD_READS)
  expect(await ben.page.evaluate(() => window.errors)).toEqual([
    // A walk calls all hooks, and then the fetches start.
    ['hook-threw', false, 'Error: mine'],
    ['fetch-threw', true, 'Error: A "url" property or function must be specified'],
  ])
})
