// Two tabs of one user with a provider: each has its own, unless the app asks for one to be shared.
import assert from 'node:assert/strict'

const PATIENCE = { timeout: 60_000 }

/** Two pages of one browser that follow a provider; `openings()` is how often it was opened in both. */
async function twoTabs(browser, url, shareTabs) {
  const context = await browser.newContext()
  const pages = [await context.newPage(), await context.newPage()]
  for (const page of pages) {
    await page.goto(url)
    await page.evaluate(async shareTabs => {
      const { default: App } = await import('/node_modules/remote-refresh/dist/index.js')
      window.openings = 0
      window.heard = []
      App.Events.on('firebase.child_added', snapshot => window.heard.push(snapshot.val()))
      const provider = ({ value }) => {
        window.openings++
        window.push = value
        value({ updated: 1 })
      }
      window.feed = App.connect({ uid: 'ann', provider, ...(shareTabs && { shareTabs }) })
    }, shareTabs)
    await page.waitForFunction(() => window.feed.state === 'open', undefined, PATIENCE)
  }
  const openings = () => Promise.all(pages.map(page => page.evaluate(() => window.openings)))
  return { context, openings, pages }
}

export async function checkTabs(browser, url) {
  const alone = await twoTabs(browser, url)
  assert.deepEqual(await alone.openings(), [1, 1], 'each tab has its own')
  await alone.context.close()

  const { context, openings, pages: [leader, follower] } = await twoTabs(browser, url, true)
  assert.deepEqual(await openings(), [1, 0], 'one tab has it for both')
  await leader.evaluate(() => window.push({ updated: 2 }))
  await follower.waitForFunction(() => window.heard.length === 1, undefined, PATIENCE)
  await leader.close()
  await follower.waitForFunction(() => window.openings === 1 && window.feed.state === 'open', undefined, PATIENCE)
  assert.deepEqual(await follower.evaluate(() => window.heard), [2, 1], 'the next leader compares')
  await context.close()
}
