// Runs a module in a page of a real browser: once with esbuild, then in Chromium.

import { chromium } from '@playwright/test'
import { build } from 'esbuild'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

/** A browser of the system, if there is one; without, playwright's own. */
export const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

export const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run']

/**
 * Calls the default export of a module in a page.
 * @param {URL} module
 * @param {object} argument what it gets: anything JSON can hold
 * @returns {Promise<{ result: any, browser: string }>} what it resolves to, and the browser's name and version
 */
export async function inPage(module, argument) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(module)],
    bundle: true,
    format: 'iife',
    globalName: 'bench',
    platform: 'browser',
    // React's own way to be fast.
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    minify: false,
    logLevel: 'error',
  })
  const server = await serve()
  const browser = await chromium.launch({ executablePath: installed, args: quiet })
  try {
    const page = await browser.newPage()
    await page.goto(`http://localhost:${server.address().port}/`)
    page.on('console', message => console.log(message.text()))
    await page.addScriptTag({ content: outputFiles[0].text })
    const result = await page.evaluate(argument => window.bench.default(argument), argument)
    return { result, browser: `Chromium ${browser.version()}` }
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
  }
}

/** How long a server takes to answer a request: a short way through a network, and a database, in ms. */
const ANSWER_TIME = 10

/** A server on this machine: an empty page at `/`, and `{}` wherever else the page asks, below `/network/` after some time. */
async function serve() {
  const server = createServer(({ url }, response) => {
    // Isolated pages have a clock of 5 µs instead of 100.
    const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    if (url === '/') response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end('<!doctype html>')
    else setTimeout(() => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'), url.startsWith('/network/') ? ANSWER_TIME : 0)
  })
  await once(server.listen(0, 'localhost'), 'listening')
  return server
}
