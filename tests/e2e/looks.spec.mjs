// What the demo's pages are to look at and to work with: accessible in light and dark, steady while they refresh, and served under a
// policy that lets nothing else in.

import axe from 'axe-core'
import { expect, test, THREAD } from './support.mjs'

/** axe-core's findings on the page and in its frames, as lines to read. */
async function findings(page) {
  const found = []
  for (const frame of page.frames()) {
    await frame.evaluate(axe.source)
    const { violations } = await frame.evaluate(() => window.axe.run(document, { iframes: false }))
    for (const { id, nodes } of violations) found.push(...nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`))
  }
  return found
}

/** The pages one gets to, each by what leads there. */
const places = {
  'the sign-in page': async ({ page }, url) => {
    await page.goto(url)
    await expect(page.getByTestId('user-farid')).toBeVisible()
  },
  'the inbox': async (ben, url) => ben.signIn(url),
  'a conversation': async (ben, url) => {
    await ben.signIn(url)
    await ben.openThread()
  },
  'one’s own profile': async (ben, url) => {
    await ben.signIn(url)
    await ben.page.getByTestId('me').click()
    await expect(ben.page.getByTestId('save-profile')).toBeVisible()
  },
  'a new conversation': async (ben, url) => {
    await ben.signIn(url)
    await ben.page.getByTestId('new-thread').click()
    await expect(ben.page.getByTestId('member-amara')).toBeVisible()
  },
  'side by side': async ({ page }, url) => {
    await page.goto(`${url}/side-by-side`)
    for (const seat of ['left', 'right']) {
      const frame = page.getByTestId(`pane-${seat}`).frameLocator('iframe')
      await expect(frame.locator('[data-state=open]')).toBeVisible()
      await expect(frame.getByTestId('messages').locator('li').first()).toBeVisible()
    }
  },
}

for (const [name, go] of Object.entries(places)) {
  test(`axe finds nothing wrong with ${name}, in light and dark, wide and narrow`, async ({ demo, person }) => {
    const { url } = await demo()
    for (const width of [390, 1280]) {
      const ben = await person('ben', { viewport: { width, height: 800 }, reducedMotion: 'reduce' })
      await go(ben, url)
      for (const colorScheme of ['light', 'dark']) {
        await ben.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        // Polled: colors change over a moment when the scheme does.
        await expect.poll(() => findings(ben.page), { message: `${colorScheme}, ${width} px` }).toEqual([])
        const overflow = await ben.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(overflow, 'nothing is wider than the window').toBeLessThanOrEqual(0)
      }
    }
  })
}

test('nothing on the page shifts while it refreshes', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben', { viewport: { width: 1280, height: 800 } })]
  await amara.signIn(url)
  await ben.signIn(url)
  await ben.openThread()
  await ben.page.evaluate(() => {
    window.shifts = []
    new PerformanceObserver(list => {
      for (const { value, sources } of list.getEntries()) {
        window.shifts.push(`${value}: ${Array.from(sources, ({ node }) => node?.outerHTML?.slice(0, 200) ?? '')}`)
      }
    }).observe({ type: 'layout-shift' })
  })
  for (const text of ['One line.', 'Two\nlines.', 'And one that is so long that it takes more than a line of its own, wherever it is shown. '.repeat(3).trim()]) {
    await amara.post(url, text)
    await expect(ben.message(text)).toBeVisible()
    await ben.isQuiet()
  }
  await amara.context.request.post(`${url}/api/threads/${THREAD}/burst`, { data: { body: 'Row {n}', changes: 20 } })
  await expect(ben.message('Row 20')).toBeVisible()
  await ben.isQuiet()
  expect(await ben.page.evaluate(() => window.shifts)).toEqual([])
})

test('the theme is the system’s until one chooses the other, and stays chosen', async ({ demo, person }) => {
  const { url } = await demo()
  const ben = await person('ben', { colorScheme: 'dark' })
  await ben.signIn(url)
  const background = () => ben.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const dark = await background()
  await ben.page.getByTestId('theme').click()
  const light = await background()
  expect(light).not.toBe(dark)
  await ben.page.reload()
  expect(await background()).toBe(light)
  await ben.page.emulateMedia({ colorScheme: 'light' })
  expect(await background()).toBe(light)

  await ben.page.getByTestId('theme').click()
  await ben.page.getByTestId('theme').click()
  await ben.page.emulateMedia({ colorScheme: 'dark' })
  expect(await background(), 'who is back with the system follows it').toBe(dark)
})

test('signing in, opening a conversation and writing need no mouse', async ({ demo, person }) => {
  const { url } = await demo()
  const ben = await person('ben')
  const { keyboard } = ben.page
  await ben.page.goto(url)
  await expect(ben.page.getByTestId('user-ben')).toBeVisible()
  const tabTo = async id => {
    for (let i = 0; i < 30; i++) {
      await keyboard.press('Tab')
      if (await ben.page.evaluate(() => document.activeElement?.dataset?.testid) === id) return
    }
    throw new Error(`Tab does not reach ${id}`)
  }
  await tabTo('user-ben')
  await keyboard.press('Enter')
  await ben.isLive()
  await expect(ben.page.getByTestId(`thread-${THREAD}`)).toBeVisible()
  await tabTo(`thread-${THREAD}`)
  await keyboard.press('Enter')
  await expect(ben.page.getByTestId('subject')).not.toBeEmpty()
  await tabTo('composer')
  await keyboard.type('By keyboard.')
  await keyboard.press('Enter')
  await expect(ben.message('By keyboard.')).toBeVisible()
})

test('no page breaks its own policy, and none has a script or a style in its markup', async ({ demo, person }) => {
  const { url } = await demo()
  for (const go of Object.values(places)) {
    const ben = await person('ben')
    await ben.page.addInitScript(() => {
      window.refused = []
      document.addEventListener('securitypolicyviolation', event => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`))
    })
    await go(ben, url)
    for (const frame of ben.page.frames()) {
      expect(await frame.evaluate(() => window.refused)).toEqual([])
      const inline = await frame.evaluate(() => Array.from(document.querySelectorAll('*'))
        .filter(el => (el.matches('script, style') && el.textContent.trim()) || el.getAttributeNames().some(name => name === 'style' ? /--|url/.test(el.getAttribute(name)) : name.startsWith('on')))
        .map(el => el.outerHTML.slice(0, 100)))
      expect(inline).toEqual([])
    }
  }
})
