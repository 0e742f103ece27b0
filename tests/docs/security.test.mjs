// docs/security.md: its rules with the server's own trial, and its policy with a page in Chromium.
import { chromium } from '@playwright/test'
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { project } from './project.mjs'
import { serve } from './web.mjs'

const reader = project('docs/security.md')

let browser
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROME, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
})
after(() => browser?.close())

test('the rules are right, and let through what the page says', async () => {
  const tried = reader.run('the rules, tried')
  assert.equal(await tried.ended, 0, tried.said)
  assert.deepEqual(tried.said.trim().split('\n').slice(-3), ['true', 'false', 'false'])
})

/** What the page's import gives under a policy. */
async function imported(policy) {
  writeFileSync(`${reader.folder}/main.js`, "import { App } from './optional.js'\ndocument.title = App ? 'live' : 'not live'\n")
  const web = await serve(reader.folder, {}, { 'content-security-policy': policy })
  const page = await browser.newPage()
  await page.goto(web.url)
  await page.waitForFunction(() => document.title !== 'waiting', undefined, { timeout: 60_000 })
  const title = await page.title()
  await page.close()
  await web.close()
  return title
}

test('the policy is enough for WebAssembly; without its one word the page works, and is not live', async () => {
  reader.install()
  // No bundler here: the name is an address.
  const code = reader.blocks.get('optional.js').replace("'remote-refresh'", "'/node_modules/remote-refresh/dist/index.js'")
  writeFileSync(`${reader.folder}/optional.js`, code)
  writeFileSync(`${reader.folder}/index.html`, '<!doctype html><title>waiting</title><script type="module" src="main.js"></script>')
  const policy = reader.blocks.get('policy').trim().replace(/^[^:]+: /, '')
  assert.equal(await imported(policy), 'live')
  assert.equal(await imported(policy.replace(" 'wasm-unsafe-eval'", '')), 'not live')
})
