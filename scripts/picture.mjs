// Makes pictures of the demo: node scripts/picture.mjs DEMO-SERVER FOLDER [NAME…]
//
// A still is FOLDER/NAME.png. One that moves is a folder FOLDER/NAME with its frames, and in its file `frames` what img2webp takes. A picture
// is a function of `pictures` below, which is given the folder's name for it and does what it wants to show.

import { chromium } from '@playwright/test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const [program, folder, ...wanted] = process.argv.slice(2)
const THREAD = 10

const browser = await chromium.launch({
  executablePath: process.env.CHROME,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})

/** Somebody who has the conversation open. */
async function conversation(url, id, options) {
  const page = await (await browser.newContext({ ...options, locale: 'en-US' })).newPage()
  await page.goto(url)
  await page.getByTestId(`user-${id}`).click()
  await page.locator('[data-testid=feed-state][data-state=open]').waitFor()
  await page.evaluate(id => { location.hash = `#threads/${id}` }, THREAD)
  await page.getByTestId('messages').locator('li').first().waitFor()
  await page.waitForTimeout(1000) // nothing is arriving any more
  return page
}

/** `/side-by-side`, with both feeds open; `left` and `right` are its frames. */
async function sideBySide(url, options) {
  const page = await (await browser.newContext({ ...options, locale: 'en-US' })).newPage()
  await page.goto(`${url}/side-by-side`)
  const [left, right] = ['left', 'right'].map(seat => page.getByTestId(`pane-${seat}`).frameLocator('iframe'))
  for (const frame of [left, right]) {
    await frame.locator('[data-testid=feed-state][data-state=open]').waitFor()
    await frame.getByTestId('messages').locator('li').first().waitFor()
  }
  await page.waitForTimeout(1200)
  return { page, left, right }
}

async function burst(page) {
  await page.getByTestId('burst').click()
  await page.locator('[data-testid=burst]:enabled').waitFor()
}

const desktop = { width: 1280, height: 760 }

const pictures = {
  'demo-light': async (url, to) => {
    const amara = await conversation(url, 'amara', { viewport: desktop, colorScheme: 'light' })
    await amara.screenshot({ path: `${to}.png` })
  },

  'demo-dark': async (url, to) => {
    const ben = await conversation(url, 'ben', { viewport: desktop, colorScheme: 'dark' })
    await ben.screenshot({ path: `${to}.png` })
  },

  'demo-phone': async (url, to) => {
    const phone = { viewport: { width: 390, height: 760 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
    const ben = await conversation(url, 'ben', { ...phone, colorScheme: 'light' })
    await ben.screenshot({ path: `${to}.png` })
  },

  'side-by-side-offline': async (url, to) => {
    const { page } = await sideBySide(url, { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' })
    await burst(page)
    await page.getByTestId('pane-left').getByTestId('hide').check()
    await page.getByTestId('pane-right').getByTestId('offline').check()
    await burst(page)
    await page.screenshot({ path: `${to}.png` })
  },

  /** The inspector below a conversation, with what a message of somebody else's made of it. */
  inspector: async (url, to) => {
    const options = { viewport: { width: 1180, height: 760 }, colorScheme: 'light' }
    const [amara, ben] = [await conversation(url, 'amara', options), await conversation(url, 'ben', options)]
    await ben.keyboard.press('Alt+i')
    const timeline = ben.getByRole('region', { name: 'Timeline' })
    await amara.getByTestId('composer').fill('The printer has it by Friday.')
    await amara.getByTestId('send').click()
    await ben.getByTestId('messages').getByText('The printer has it').waitFor()
    await timeline.getByText('up to date after').nth(2).waitFor()
    await timeline.evaluate(element => { element.scrollTop = 0 })
    await ben.waitForTimeout(1000) // the message slides in
    await ben.screenshot({ path: `${to}.png` })
  },

  /** One writes, the other sees it; then a burst, while the counters run. */
  'side-by-side': async (url, to) => {
    const { page, left, right } = await sideBySide(url, { viewport: { width: 1180, height: 740 }, colorScheme: 'light' })
    const film = new Film(page, to)
    await film.hold(1200)
    const composer = left.getByTestId('composer')
    await composer.click()
    for (const part of ['Number 6', ' it is. ', 'Lunch is', ' on Farid.']) {
      await composer.pressSequentially(part)
      await film.hold(180)
    }
    await left.getByTestId('send').click()
    await film.follow(right.getByTestId('messages').getByText('Number 6 it is. Lunch is on Farid.'))
    await film.hold(1400)
    await page.getByTestId('burst').click()
    await film.follow(page.locator('[data-testid=burst]:enabled'))
    await page.mouse.move(0, 0)
    await film.hold(3200)
    await film.write()
  },
}

/** Frames, each with the time it is seen. */
class Film {
  #page
  #folder
  /** `[name, ms]`. */
  #frames = []

  constructor(page, folder) {
    this.#page = page
    this.#folder = folder
  }

  async #shoot(time) {
    await mkdir(this.#folder, { recursive: true })
    const name = `${String(this.#frames.length).padStart(3, '0')}.png`
    await this.#page.screenshot({ path: join(this.#folder, name), animations: 'allow' })
    this.#frames.push([name, time])
  }

  /** What is seen now, for so many ms. */
  hold(time) {
    return this.#shoot(time)
  }

  /** What is seen until `locator` is there and a moment longer, as fast as pictures can be taken. */
  async follow(locator) {
    for (let after = 0; after < 5; after = await locator.isVisible() ? after + 1 : 0) {
      const start = performance.now()
      await this.#shoot(0)
      this.#frames.at(-1)[1] = Math.min(140, Math.round(performance.now() - start))
    }
  }

  write() {
    return writeFile(join(this.#folder, 'frames'), this.#frames.map(([name, time]) => `-d ${time} ${name}`).join('\n'))
  }
}

try {
  for (const name of wanted.length ? wanted : Object.keys(pictures)) {
    if (!pictures[name]) throw new Error(`There is no picture ${name}. There are: ${Object.keys(pictures).join(', ')}`)
    // Each with a demo of its own, so that none shows what another has written.
    const demo = spawn(program, ['--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const url = /https?:\/\/[^\s/]+/.exec(String((await once(demo.stdout, 'data'))[0]))[0]
      await pictures[name](url, join(folder, name))
    } finally {
      demo.kill()
    }
  }
} finally {
  await browser.close()
}
