// The installed package in a real browser: each project's page loads it its own way, and must be refreshed by a change.
import { chromium } from '@playwright/test'
import assert from 'node:assert/strict'
import { join } from 'node:path'

import { BUNDLERS } from './bundlers.mjs'
import { step } from './run.mjs'
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
    for (const [name, build] of Object.entries(BUNDLERS)) {
      const page = await step(`bundle of ${name}`, () => build(join(project, name)))
      await step(`page ${name}`, () => visit(browser, `${server.url}/${page}/`))
    }
  } finally {
    await browser.close()
    server.close()
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
