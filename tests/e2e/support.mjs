// What the end-to-end tests share: real servers as processes, people in browsers, and counts of what they request.

import { test as base, expect } from '@playwright/test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, Server, startDemo } from './server.mjs'

export { expect }

/** A thread whose members are Amara, Ben and Farid, and in which Ben has read everything. */
export const THREAD = 10

const SECRET = 'a secret for tests'

/** Someone with a browser of their own. */
class Person {
  constructor(id, context, page) {
    this.id = id
    this.context = context
    this.page = page
    /** What the page asked the API for since the last look, as `GET /api/threads/10`. */
    this.requests = []
    this.streams = 0
    this.tokens = 0
    /** Requests to the API that are under way. */
    this.underWay = new Set()
    page.on('requestfinished', request => this.underWay.delete(request))
    page.on('requestfailed', request => this.underWay.delete(request))
    page.on('request', request => {
      const { pathname } = new URL(request.url())
      if (pathname.endsWith('.json')) this.streams++
      else if (pathname === '/api/feed-token') this.tokens++
      else if (pathname.startsWith('/api/')) {
        this.underWay.add(request)
        this.requests.push(`${request.method()} ${pathname}`)
      }
    })
  }

  /** The same person in another tab. */
  async another() {
    return new Person(this.id, this.context, await this.context.newPage())
  }

  /** The reads since the last look, sorted, each as often as it was made. */
  reads() {
    const reads = this.requests.filter(request => request.startsWith('GET ')).sort()
    this.requests = []
    return reads
  }

  async signIn(url) {
    await this.page.goto(url)
    await this.page.getByTestId(`user-${this.id}`).click()
    await this.isLive()
  }

  async openThread(id = THREAD) {
    await this.page.evaluate(id => { location.hash = `#threads/${id}` }, id)
    await expect(this.page.getByTestId('messages').locator('li').first()).toBeVisible()
    await this.isQuiet()
    this.requests = []
  }

  async send(text) {
    await this.page.getByTestId('composer').fill(text)
    await this.page.getByTestId('send').click()
  }

  /** Sends without a page, so that the sender's own refreshes cost nothing. Resolves when the server has stored it. */
  async post(url, text, thread = THREAD) {
    const response = await this.context.request.post(`${url}/api/threads/${thread}/messages`, { data: { body: text } })
    expect(response.ok(), await response.text()).toBe(true)
  }

  message(text) {
    return this.page.getByTestId('messages').getByText(text, { exact: true })
  }

  async hasState(state) {
    await expect(this.page.getByTestId('feed-state')).toHaveAttribute('data-state', state)
  }

  isLive() {
    return this.hasState('open')
  }

  /** Waits until the page has asked for nothing for a while. */
  async isQuiet() {
    for (let last = -1; last !== this.requests.length || this.underWay.size;) {
      last = this.requests.length
      await this.page.waitForTimeout(700)
    }
  }

  /** How many changes the feed holds for this person, asked for past the page. */
  async feedVersion(url) {
    const { token } = await (await this.context.request.get(`${url}/api/feed-token`)).json()
    return (await this.context.request.get(`${url}/users/${this.id}/version.json`, { params: { auth: token } })).json()
  }

  /** Makes the page note the version of the user's node that it hears of. */
  async watchVersion() {
    await this.page.evaluate(() => {
      App.Events.on('firebase.child_added', snapshot => {
        if (snapshot.key === 'version') window.seenVersion = snapshot.val()
      })
    })
  }

  seenVersion() {
    return this.page.evaluate(() => window.seenVersion ?? 0)
  }
}

export const test = base.extend({
  /** `await demo({ … })` starts a demo, in memory unless it says otherwise; `.url` is its address. */
  demo: async ({}, use) => {
    const servers = []
    await use(async (...args) => {
      const server = await startDemo(...args)
      servers.push(server)
      return server
    })
    await Promise.all(servers.map(server => server.kill()))
  },

  /** `await feedServer()` starts a feed server of its own, with a data file; `.secret` is its secret. */
  feedServer: async ({}, use) => {
    const servers = []
    const folder = await mkdtemp(join(tmpdir(), 'feed-'))
    await use(async () => {
      const port = await freePort()
      const server = new Server('remote-refresh-server', [
        '--listen', `127.0.0.1:${port}`, '--data', join(folder, 'feed.redb'), '--secret', SECRET,
      ])
      server.secret = SECRET
      servers.push(server)
      return server.start()
    })
    await Promise.all(servers.map(server => server.kill()))
    await rm(folder, { recursive: true })
  },

  /** `await person('ben')` is Ben with a browser of his own. */
  person: async ({ browser }, use, info) => {
    const contexts = []
    await use(async (id, options = {}) => {
      const context = await browser.newContext({ viewport: info.project.use.viewport, ...options })
      contexts.push(context)
      return new Person(id, context, await context.newPage())
    })
    await Promise.all(contexts.map(context => context.close()))
  },
})
