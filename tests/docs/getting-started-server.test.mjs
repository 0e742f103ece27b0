// docs/getting-started-server.md, followed word for word: its commands, its files, two people in a browser. Only the ports differ.
import { chromium } from '@playwright/test'
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freePort, project, until } from './project.mjs'

const [feedPort, appPort] = [await freePort(), await freePort()]
const reader = project('docs/getting-started-server.md', code => code.replaceAll('4001', `${feedPort}`).replaceAll('3000', `${appPort}`))
reader.install('backbone', 'jquery', 'underscore')

const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
after(() => browser.close())

test('two people see each other, the terminal, and what was said while the network was away', async () => {
  const feed = await startFeed()
  const app = reader.run('the app')
  await until(() => app.said.includes('http://127.0.0.1:'), () => app.said)
  const [ann, bob] = [await visit(app, 'ann'), await visit(app, 'bob')]

  await ann.page.fill('input', 'are you there?')
  await ann.page.click('button')
  await shows(bob, ['hello', 'are you there?'])
  await shows(ann, ['hello', 'are you there?'])
  assert.equal(await reader.run('a message').ended, 0)
  await shows(ann, ['hello', 'are you there?', 'from a terminal'])
  await shows(bob, ['hello', 'are you there?', 'from a terminal'])

  const watch = reader.run('watch')
  await until(() => watch.said.includes('put'), () => watch.said)
  await watch.stop()

  await ann.context.setOffline(true)
  await until(async () => (await ann.page.textContent('#state')) === 'ann: offline')
  const before = await ann.requests()
  for (let n = 0; n < 3; n++) assert.equal(await reader.run('a message').ended, 0)
  await shows(bob, ['hello', 'are you there?', ...Array(4).fill('from a terminal')])
  await ann.context.setOffline(false)
  await shows(ann, ['hello', 'are you there?', ...Array(4).fill('from a terminal')])
  await until(async () => (await ann.page.textContent('#state')) === 'ann: open')
  assert.equal(await ann.requests() - before, 1)
  await feed.stop()
  await app.stop()
})

async function startFeed() {
  const feed = reader.run('the feed')
  await until(() => feed.said.includes(`listening on http://127.0.0.1:${feedPort}`), () => feed.said)
  return feed
}

/** Opens the page as this person, and waits until it is live. */
async function visit(app, uid) {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${appPort}/?as=${uid}`)
  await until(async () => (await page.textContent('#state')) === `${uid}: open`, () => app.said)
  await shows({ page }, ['hello'])
  /** How often the page has asked for the list, or written to it. */
  const requests = () => page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname === '/api/messages').length)
  return { page, context, requests }
}

const shows = ({ page }, texts) => page.waitForFunction(expected => JSON.stringify([...document.querySelectorAll('li')].map(item => item.textContent)) === expected, JSON.stringify(texts), { timeout: 60_000 })
