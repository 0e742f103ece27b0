// Several tabs of one person: one stream, and no tab misses a thing.

import { expect, test, THREAD } from './support.mjs'

const THREAD_READS = [`GET /api/threads/${THREAD}`, `GET /api/threads/${THREAD}/messages`]

/** Ben with this many tabs, all on the same thread. */
async function tabsOf(ben, url, count) {
  await ben.signIn(url)
  await ben.openThread()
  const tabs = [ben]
  while (tabs.length < count) {
    const tab = await ben.another()
    await tab.page.goto(`${url}/#threads/${THREAD}`)
    await tab.isLive()
    await tab.isQuiet()
    tab.reads()
    tabs.push(tab)
  }
  return tabs
}

const streamsOf = tabs => tabs.reduce((sum, tab) => sum + tab.streams, 0)

test('five tabs share one stream, and all five refresh', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  const tabs = await tabsOf(ben, url, 5)
  expect({ streams: streamsOf(tabs), tokens: tabs.reduce((sum, tab) => sum + tab.tokens, 0) }).toEqual({ streams: 1, tokens: 1 })

  await amara.post(url, 'To all of you.')
  for (const tab of tabs) {
    await expect(tab.message('To all of you.')).toBeVisible()
    await tab.isQuiet()
    expect(tab.reads()).toEqual(THREAD_READS)
  }
  expect(streamsOf(tabs)).toBe(1)
})

test('when the leading tab is closed, another takes over and nothing is missed', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  const tabs = await tabsOf(ben, url, 5)
  const leader = tabs.find(tab => tab.streams === 1)
  const rest = tabs.filter(tab => tab !== leader)

  const post = amara.post(url, 'Into the gap.')
  await leader.page.close()
  const closed = Date.now()
  await expect.poll(() => streamsOf(rest), { intervals: [10] }).toBe(1)
  // To be looked at, not asserted: how long it takes is the machine's affair too.
  test.info().annotations.push({ type: 'takeover', description: `the next stream was asked for ${Date.now() - closed} ms after the leading tab was closed` })
  await post
  for (const tab of rest) {
    await expect(tab.message('Into the gap.')).toBeVisible()
    await tab.isLive()
  }
  expect(streamsOf(rest)).toBe(1)
  await amara.post(url, 'And afterwards.')
  for (const tab of rest) await expect(tab.message('And afterwards.')).toBeVisible()
  expect(streamsOf(rest)).toBe(1)
})

test('a leading tab that crashes is replaced as well', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  const tabs = await tabsOf(ben, url, 3)
  const leader = tabs.find(tab => tab.streams === 1)
  const rest = tabs.filter(tab => tab !== leader)
  const crashed = leader.page.waitForEvent('crash')
  leader.page.goto('chrome://crash').catch(() => {})
  await crashed
  await expect.poll(() => streamsOf(rest)).toBe(1)
  await amara.post(url, 'Still here?')
  for (const tab of rest) await expect(tab.message('Still here?')).toBeVisible()
})

test('after a sign-out, the tabs of the next person hear nothing of the last one', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  const [first, second] = await tabsOf(ben, url, 2)
  await second.page.evaluate(() => {
    window.heard = []
    App.Events.on('firebase.child_added', snapshot => window.heard.push(snapshot.ref().toString()))
  })
  await second.page.getByTestId('sign-out').click()
  await second.page.getByTestId('user-chiara').click()
  await second.isLive()
  await amara.post(url, 'For Ben and Farid alone.')
  await expect.poll(() => amara.feedVersion(url)).toBeGreaterThan(0)
  await second.isQuiet()
  expect((await second.page.evaluate(() => window.heard)).filter(url => url.includes('/ben/'))).toEqual([])
  expect(first.streams + second.streams).toBe(2)
})
