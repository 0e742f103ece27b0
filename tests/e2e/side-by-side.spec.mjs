// /side-by-side: two people in one window, with switches for what goes wrong, and counters of what it costs.

import { expect, test } from './support.mjs'

/** How long each answer of the API takes for these pages at least, in ms (www/seat/index.js). */
const LATENCY = 150

/** What the burst leaves in the conversation. */
const SORTED = 'Sorting the photos: 100 of 100'

/** One of the two, by the place it has. */
class Pane {
  constructor(page, seat) {
    this.el = page.getByTestId(`pane-${seat}`)
    this.frame = this.el.frameLocator('iframe')
  }

  message(text) {
    return this.frame.getByTestId('messages').getByText(text, { exact: true })
  }

  state() {
    return expect(this.frame.getByTestId('feed-state'))
  }

  async counts() {
    const count = async name => Number(await this.el.getByTestId(name).textContent())
    return { changes: await count('changes'), requests: await count('requests'), saved: await count('saved') }
  }
}

async function stage(page, url) {
  await page.setViewportSize({ width: 1280, height: 800 })
  let counted = 0
  page.on('requestfinished', request => { counted += request.url().includes('version.json') })
  await page.goto(`${url}/side-by-side`)
  const panes = [new Pane(page, 'left'), new Pane(page, 'right')]
  for (const pane of panes) {
    await pane.state().toHaveAttribute('data-state', 'open')
    await expect(pane.message('Number 6. No contest.\nNumber 9 shows the old buckle, so please leave that one out.')).toBeVisible()
  }
  // The counters begin with the count of changes that the feed has now: each page asks for it, past its own API.
  await expect.poll(() => counted).toBe(2)
  return panes
}

async function burst(page) {
  await page.getByTestId('burst').click()
  await expect(page.getByTestId('said')).toHaveText('100 changes are being made …')
  await expect(page.getByTestId('burst')).toBeEnabled()
}

test('two people in one window write to each other', async ({ demo, page }) => {
  const { url } = await demo()
  const [amara, ben] = await stage(page, url)
  await expect(amara.el.getByTestId('pane-name')).toContainText('Amara Okafor')
  await expect(ben.el.getByTestId('pane-name')).toContainText('Ben Lindqvist')
  await amara.frame.getByTestId('composer').fill('Can you see this?')
  await amara.frame.getByTestId('send').click()
  await expect(ben.message('Can you see this?')).toBeVisible()
  await ben.frame.getByTestId('composer').fill('At once.')
  await ben.frame.getByTestId('send').click()
  await expect(amara.message('At once.')).toBeVisible()
})

test('a burst of 100 changes costs few requests, and the counters say how few', async ({ demo, page }) => {
  const { url } = await demo()
  const requests = []
  page.on('request', request => {
    const { pathname } = new URL(request.url())
    if (request.method() === 'GET' && pathname.startsWith('/api/threads/') && request.frame().url().includes('seat=right')) requests.push(pathname)
  })
  const [, ben] = await stage(page, url)
  requests.length = 0
  const heard = page.waitForFunction(() => document.querySelector('[data-seat=right] [data-count=changes]').textContent === '100')
  const begun = Date.now()
  const over = burst(page)
  await heard
  const span = Date.now() - begun
  await over
  await expect(ben.message(SORTED)).toBeVisible()
  const { changes, requests: made, saved } = await ben.counts()
  expect(changes).toBe(100)
  expect(made).toBe(requests.length)
  // Thread and messages at each change, but for those that were made.
  expect(new Set(requests).size).toBe(2)
  expect(saved).toBe(2 * 100 - made)
  // Each of the two is asked for at the first change, then as often as its answers let it while changes come, and once more for
  // the last one: some fourteen requests if the burst takes its second.
  expect(made).toBeLessThanOrEqual(2 * (2 + Math.floor(span / LATENCY)))
  expect(made).toBeLessThan(100)
  await expect(page.getByTestId('said')).toContainText(`Ben: 100 changes, ${made} requests instead of 200.`)
})

test('who goes offline catches up with one refresh', async ({ demo, page }) => {
  const { url } = await demo()
  const [, ben] = await stage(page, url)
  await ben.el.getByTestId('offline').check()
  await ben.state().toHaveAttribute('data-state', 'offline')
  await burst(page)
  await expect(page.getByTestId('said')).toContainText('Ben is offline and will catch up.')
  expect(await ben.counts()).toEqual({ changes: 0, requests: 0, saved: 0 })

  await ben.frame.getByTestId('composer').fill('From a tunnel')
  await ben.frame.getByTestId('send').click()
  await expect(ben.frame.getByTestId('pending')).toHaveAttribute('data-state', 'failed')

  await ben.el.getByTestId('offline').uncheck()
  await ben.state().toHaveAttribute('data-state', 'open')
  await expect(ben.message(SORTED)).toBeVisible()
  await expect.poll(() => ben.counts()).toEqual({ changes: 100, requests: 2, saved: 198 })
})

test('a page that nobody sees hears of changes and fetches nothing, then once', async ({ demo, page }) => {
  const { url } = await demo()
  const [, ben] = await stage(page, url)
  await ben.el.getByTestId('hide').check()
  await expect(ben.el.getByText('In the background')).toBeVisible()
  await burst(page)
  await expect(page.getByTestId('said')).toContainText('Ben has heard of 100 changes and fetches once when looking.')
  expect(await ben.counts()).toEqual({ changes: 100, requests: 0, saved: 200 })
  await ben.el.getByTestId('hide').uncheck()
  await expect(ben.message(SORTED)).toBeVisible()
  expect((await ben.counts()).requests).toBe(2)
})

test('nothing shifts while the two come in', async ({ demo, page }) => {
  const { url } = await demo()
  await page.addInitScript(() => {
    window.shifts = []
    new PerformanceObserver(list => {
      for (const { value, sources } of list.getEntries()) {
        window.shifts.push(`${value}: ${Array.from(sources, ({ node }) => node?.outerHTML?.slice(0, 200) ?? '')}`)
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await stage(page, url)
  expect(await page.evaluate(() => window.shifts)).toEqual([])
})

test('the two keep their own sessions over a reload, and beside one without a seat', async ({ demo, person }) => {
  const { url } = await demo()
  const chiara = await person('chiara')
  await chiara.signIn(url)
  const other = await chiara.another()
  const [, ben] = await stage(other.page, url)
  await ben.frame.getByTestId('sign-out').click()
  await ben.frame.getByTestId('user-elif').click()
  await expect(ben.el.getByTestId('pane-name')).toContainText('Elif Yılmaz')
  await other.page.reload()
  await expect(ben.el.getByTestId('pane-name')).toContainText('Elif Yılmaz')
  await chiara.page.reload()
  await expect(chiara.page.getByTestId('me')).toContainText('Chiara Rossi')
})
