// The world of one scenario: a demo behind a proxy that counts, Ben in the browser, and others who write without one.

import assert from 'node:assert/strict'
import { startDemo } from '../e2e/server.mjs'
import { Proxy } from './proxy.mjs'

/** A thread whose members are Amara, Ben and Farid, and in which Ben has read everything. */
export const THREAD = 10
export const THREAD_READS = [`GET /api/threads/${THREAD}`, `GET /api/threads/${THREAD}/messages`]

/** The longest that anything is waited for, in ms: generous, since nothing here asserts a time. */
const PATIENCE = 30_000
/** Without a request for so long, a page has asked for all that it is going to ask for, in ms. */
const QUIET = 700

const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
const id = name => `[data-testid="${name}"]`

/** Waits until `look` gives `expected`, or something true where nothing is expected. */
export async function until(look, expected, what = String(look)) {
  for (const end = Date.now() + PATIENCE; ; await pause(50)) {
    const seen = await look()
    if (arguments.length === 1 ? seen : Object.is(seen, expected)) return seen
    if (Date.now() > end) assert.fail(`Waited in vain for ${what} to be ${JSON.stringify(expected) ?? 'true'}; it is ${JSON.stringify(seen)}`)
  }
}

/** Runs `scenario` in a world of its own. */
export async function inWorld(browser, scenario) {
  const demo = await startDemo()
  const proxy = await new Proxy(demo.url).start()
  const tabs = []
  const world = {
    proxy,
    /** Another tab. */
    async open(path = '/') {
      const tab = new Tab(await browser.open(proxy.url + path), proxy)
      tabs.push(tab)
      return tab
    },
    /** Ben, signed in, in a tab of his own, looking at the thread. */
    async ben() {
      const tab = await world.open()
      await tab.signIn('ben')
      await tab.openThread()
      return tab
    },
    /** Somebody writes to the demo directly; resolves when it is stored. */
    async post(who, ...texts) {
      const cookie = await session(demo.url, who)
      for (const body of texts) {
        const response = await fetch(`${demo.url}/api/threads/${THREAD}/messages`, {
          method: 'POST', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify({ body }),
        })
        assert.equal(response.status, 201, await response.text())
      }
    },
    /** How many changes the feed holds for somebody. */
    async version(who) {
      const cookie = await session(demo.url, who)
      const { token } = await (await fetch(`${demo.url}/api/feed-token`, { headers: { cookie } })).json()
      return (await fetch(`${demo.url}/users/${who}/version.json?auth=${token}`)).json()
    },
  }
  try {
    await scenario(world)
  } finally {
    for (const tab of tabs) await tab.close().catch(() => {})
    proxy.close()
    await demo.kill()
  }
}

async function session(url, user) {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }),
  })
  return response.headers.get('set-cookie').split(';')[0]
}

/** A tab with the demo in it. */
class Tab {
  constructor(page, proxy) {
    this.page = page
    this.proxy = proxy
    this.run = page.run
    this.show = page.show
    this.back = page.back
    this.goto = path => page.goto(proxy.url + path)
  }

  async close() {
    await this.page.close()
    this.close = async () => {}
  }

  has(selector) {
    return this.run(selector => Boolean(document.querySelector(selector)), selector)
  }

  /** Clicks what has this test id, once it is there. */
  async click(name) {
    await until(() => this.has(id(name)))
    await this.page.click(id(name))
  }

  async signIn(who) {
    await this.click(`user-${who}`)
    await this.state('open')
  }

  state(expected) {
    return until(() => this.run(() => document.querySelector('[data-testid=feed-state]')?.dataset.state), expected, 'the feed’s state')
  }

  async openThread() {
    await this.run(thread => { location.hash = `#threads/${thread}` }, THREAD)
    await until(() => this.has(`${id('messages')} li`))
    await this.isQuiet()
    this.proxy.reads()
  }

  async send(text) {
    await this.page.type(id('composer'), text)
    await this.click('send')
  }

  /** Waits until the text is among the messages; gives how often it is. */
  message(text) {
    return until(() => this.run(text => Array.from(document.querySelectorAll('[data-testid=messages] [data-testid=body]'))
      .filter(el => el.textContent === text).length, text), 1, `the number of messages ${JSON.stringify(text)}`)
  }

  /** Waits until nothing has been asked of the API for a while. */
  async isQuiet() {
    for (let last = -1; last !== this.proxy.count || !this.proxy.isIdle;) {
      last = this.proxy.count
      await pause(QUIET)
    }
  }
}
