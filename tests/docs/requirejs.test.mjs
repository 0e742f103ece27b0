// docs/requirejs.md: its page in a browser, as it is and optimized.
import { chromium } from '@playwright/test'
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { project } from './project.mjs'
import { serve } from './web.mjs'

const reader = project('docs/requirejs.md')
reader.install('backbone', 'jquery', 'requirejs', 'underscore')

let browser
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROME, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
})
after(() => browser?.close())

/** Opens the page, and sees a change on it. */
async function isLive() {
  const web = await serve(reader.folder, { token: () => 'a token' })
  const page = await browser.newPage()
  const errors = []
  page.on('pageerror', error => errors.push(String(error)))
  await page.goto(web.url)
  const shows = texts => page.waitForFunction(expected => [...document.querySelectorAll('li')].map(item => item.textContent).join() === expected, texts.join(), { timeout: 60_000 })
  await shows(['hello'])
  await web.opened('ann')
  web.messages.push({ id: 2, text: 'you' })
  web.change('ann')
  await shows(['hello', 'you'])
  assert.deepEqual(errors, [])
  assert.equal(await page.evaluate(() => typeof window.RemoteRefresh), 'undefined')
  await page.close()
  await web.close()
}

test('the page is live', isLive)

test('the page is live when the optimizer has been through it', async () => {
  const optimizer = reader.run('optimize')
  assert.equal(await optimizer.ended, 0, optimizer.said)
  renameSync(`${reader.folder}/main-built.js`, `${reader.folder}/main.js`)
  await isLive()
})
