// The installed package in a real browser: each project's page loads it its own way, and must be refreshed by a change.
import { chromium } from '@playwright/test'
import { build } from 'esbuild'
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { BUNDLERS } from './bundlers.mjs'
import { repository, runBeside, step } from './run.mjs'
import { serve } from './server.mjs'
import { checkTabs } from './tabs.mjs'

/** Pages that need no bundler. */
const PAGES = ['native', 'script', 'requirejs', 'csp', 'csp-without']

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run']

/** Milliseconds a page may take on a busy machine; they take less than one second on a quiet one. */
const PATIENCE = 60_000

export async function checkInBrowser(project) {
  const server = await serve(project)
  const browser = await chromium.launch({ executablePath: process.env.CHROME, args: FLAGS })
  try {
    for (const name of PAGES) await step(`page ${name}`, () => visit(browser, `${server.url}/${name}/`))
    await step('tabs with a provider', () => checkTabs(browser, `${server.url}/native/blank.html`))
    await step('Playwright: the tests of docs/testing.md', () => playwright(project))
    for (const [name, build] of Object.entries(BUNDLERS)) {
      const page = await step(`bundle of ${name}`, () => build(join(project, name)))
      await step(`page ${name}`, () => visit(browser, `${server.url}/${page}/`))
    }
  } finally {
    await browser.close()
    server.close()
  }
}

/** Bundles and serves the app of docs/testing.md, and runs its tests. */
async function playwright(project) {
  const folder = join(project, 'testing')
  await build({ absWorkingDir: folder, entryPoints: ['inbox.js'], bundle: true, format: 'esm', outdir: 'served', logLevel: 'error' })
  copyFileSync(join(folder, 'index.html'), join(folder, 'served/index.html'))
  const app = await serve(join(folder, 'served'))
  try {
    const cli = join(repository, 'node_modules/@playwright/test/cli.js')
    await runBeside(process.execPath, [cli, 'test'], folder, { APP_URL: app.url, FLAGS: FLAGS.join(' ') })
  } finally {
    app.close()
  }
}

async function visit(browser, url) {
  const page = await browser.newPage()
  const said = []
  page.on('console', message => said.push(message.text()))
  page.on('pageerror', error => said.push(String(error)))
  await page.goto(url)
  await page.waitForFunction(() => document.title !== 'waiting', undefined, { timeout: PATIENCE }).catch(error => {
    throw new Error(`${url} is waiting in vain: ${error.message}\n${said.join('\n')}`)
  })
  assert.equal(await page.title(), 'used', `${url}\n${said.join('\n')}`)
  await page.close()
}
