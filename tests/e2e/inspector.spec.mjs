// The inspector in the demo: loaded when it is asked for, clean by axe, and gone when it is removed.

import axe from 'axe-core'
import { expect, test } from './support.mjs'

const WIDE = { width: 1180, height: 760 }

/** A person who looks at a thread with the inspector open, and how often its script was requested. */
async function inspecting(demo, person, options = {}) {
  const { url } = await demo()
  const amara = await person('amara', { viewport: WIDE, ...options })
  const scripts = []
  amara.page.on('request', request => /inspector/.test(request.url()) && scripts.push(request.url()))
  await amara.signIn(url)
  await amara.openThread()
  expect(scripts, 'nothing of it is loaded before').toEqual([])
  await amara.page.getByTestId('inspector').click()
  const inspector = amara.page.locator('remote-refresh-inspector')
  await expect(inspector.getByRole('tree')).toBeVisible()
  expect(scripts).toHaveLength(1)
  return { amara, inspector, page: amara.page, url }
}

/** What axe has to say of the inspector. */
async function complaints(page) {
  await page.evaluate(axe.source)
  const { passes, violations } = await page.evaluate(() => window.axe.run('remote-refresh-inspector'))
  expect(passes.map(({ id }) => id), 'it looks into the element').toEqual(expect.arrayContaining(['color-contrast', 'button-name', 'aria-required-parent']))
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('; ')}`)
}

for (const colorScheme of ['light', 'dark']) {
  test(`from a change to its results, clean by axe in ${colorScheme}`, async ({ demo, person }) => {
    const { amara, inspector, page, url } = await inspecting(demo, person, { colorScheme })
    await expect(inspector.getByRole('treeitem').first()).toContainText('ThreadPage')
    await amara.post(url, 'For the inspector.')
    const timeline = inspector.getByRole('region', { name: 'Timeline' })
    await expect(timeline.getByText(/Message \d+ added/)).toBeVisible()
    await expect(timeline.getByText(/up to date after/).first()).toBeVisible()
    await inspector.getByRole('treeitem', { name: /^Messages / }).click()
    await expect(inspector.getByText(/Changes, and what became of Messages/)).toBeVisible()
    expect(await complaints(page)).toEqual([])
    const handlers = inspector.getByRole('region', { name: 'Handlers' })
    await expect(handlers.getByText('no leak found')).toBeVisible()
    await expect(handlers.getByText('App.Events', { exact: true }).first()).toBeAttached()
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await complaints(page)).toEqual([])
    await expect(handlers).toBeHidden()
    await inspector.getByRole('button', { name: 'Events' }).click()
    await expect(handlers).toBeVisible()
    await expect(timeline).toBeHidden()
    expect(await complaints(page)).toEqual([])
  })
}

test('nothing moves while changes come in', async ({ demo, person }) => {
  const { amara, inspector, page, url } = await inspecting(demo, person)
  await page.evaluate(() => {
    window.shifts = []
    new PerformanceObserver(list => {
      for (const { sources } of list.getEntries()) {
        window.shifts.push(...sources.map(({ node }) => node?.getRootNode?.().host?.localName ?? '').filter(name => name === 'remote-refresh-inspector'))
      }
    }).observe({ type: 'layout-shift' })
  })
  for (const count of [1, 2, 3]) {
    await amara.post(url, `Number ${count}.`)
    await expect(inspector.getByText(/Message \d+ added/)).toHaveCount(count)
  }
  await amara.isQuiet()
  expect(await page.evaluate(() => window.shifts)).toEqual([])
})

test('by the keyboard alone: open, walk the tree, filter, pause, close', async ({ demo, person }) => {
  const { inspector, page } = await inspecting(demo, person)
  await page.keyboard.press('Alt+i')
  await expect(inspector).toHaveCount(0)
  await page.keyboard.press('Alt+i')
  await inspector.getByRole('searchbox').focus()
  await page.keyboard.press('Tab')
  await expect(inspector.getByRole('button', { name: 'Pause' })).toBeFocused()
  await page.keyboard.press('Space')
  await expect(inspector.getByRole('button', { name: 'Pause' })).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('Space')
  for (const name of ['Copy JSON', 'Close the inspector']) {
    await page.keyboard.press('Tab')
    await expect(inspector.getByRole('button', { name })).toBeFocused()
  }
  await page.keyboard.press('Tab')
  const focused = inspector.locator('[role=treeitem]:focus')
  await expect(focused).toHaveAttribute('aria-level', '1')
  await page.keyboard.press('ArrowDown')
  await expect(focused).toHaveAttribute('aria-level', '2')
  const outline = await focused.evaluate(item => getComputedStyle(item).outlineStyle)
  expect(outline, 'the focus is seen').toBe('solid')
  await page.keyboard.press('Enter')
  await expect(focused).toHaveAttribute('aria-selected', 'true')
})

test('what it copies is what it shows, and no token is in it', async ({ demo, person }) => {
  const { amara, inspector, page, url } = await inspecting(demo, person)
  await amara.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { token } = await (await amara.context.request.get(`${url}/api/feed-token`)).json()
  await amara.post(url, 'To be copied.')
  await expect(inspector.getByText(/Message \d+ added/)).toBeVisible()
  await amara.isQuiet()
  await inspector.getByRole('button', { name: 'Copy JSON' }).click()
  await expect(inspector.getByRole('status')).toHaveText('Copied.')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  const { feed, page: tree, timeline } = JSON.parse(copied)
  expect(feed.state).toBe('open')
  expect(tree[0].name).toBe('ThreadPage')
  expect(timeline.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['change', 'plan', 'fetch', 'result']))
  const shown = await inspector.evaluate(element => element.shadowRoot.innerHTML)
  for (const part of token.split('.')) {
    expect(copied).not.toContain(part)
    expect(shown).not.toContain(part)
  }
})

test('a lost feed says when it is tried again', async ({ demo, person }) => {
  const { amara, inspector } = await inspecting(demo, person)
  await amara.context.setOffline(true)
  await expect(inspector.locator('.feed')).toHaveText(/^offline\s*The browser is offline\..*Next attempt in/)
  await expect(inspector.getByRole('status')).toHaveText(/^Feed offline\./)
  await amara.context.setOffline(false)
  await expect(inspector.locator('.feed')).toHaveText(/^open\s*Changes arrive as they happen\./)
})

test('removed, it can be collected', async ({ demo, person }) => {
  const { amara, page, url } = await inspecting(demo, person)
  await page.evaluate(() => {
    const inspector = document.querySelector('remote-refresh-inspector')
    window.gone = new WeakRef(inspector)
    inspector.remove()
  })
  await amara.post(url, 'Nobody inspects this.')
  await expect(amara.message('Nobody inspects this.')).toBeVisible()
  await expect.poll(async () => {
    await page.requestGC()
    return page.evaluate(() => window.gone.deref() === undefined)
  }).toBe(true)
})
