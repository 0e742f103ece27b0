// Three engines, each with the driver that can drive what the system's packages have of it: what a scenario may do with a browser.
//
//   Chromium, Firefox  puppeteer-core, over WebDriver BiDi in Firefox, which needs no driver program
//   WebKit             WebKitGTK's MiniBrowser by its WebKitWebDriver, which knows classic WebDriver only, on a screen of its own

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import puppeteer from 'puppeteer-core'
import { Builder, By, Capabilities } from 'selenium-webdriver'
import { freePort } from '../e2e/server.mjs'

/** The longest that a command may take, in ms. */
const LONGEST = 30_000
const WINDOW = { width: 1100, height: 800 }

/** Firefox looks for news and addresses of its maker's unless told not to. */
const QUIET_FIREFOX = {
  'app.update.disabledForTesting': true,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.server': '',
}

const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-quic', '--no-first-run',
]

/**
 * Starts `chromium`, `firefox` or `webkit`; BROWSER is its program, WEBKIT_DRIVER that of WebKit's driver. Gives
 * `{ version, open(url), close() }`; what is opened is a tab with `goto`, `back`, `run`, `click`, `type`, `show` and `close`.
 */
export function launch(engine) {
  if (engine === 'webkit') return WebKit.start()
  const options = engine === 'firefox'
    ? { browser: 'firefox', extraPrefsFirefox: QUIET_FIREFOX }
    : { browser: 'chrome', args: CHROMIUM_FLAGS }
  return Puppeteer.start({ executablePath: process.env.BROWSER, headless: true, defaultViewport: WINDOW, ...options })
}

class Puppeteer {
  static async start(options) {
    const self = new Puppeteer()
    self.browser = await puppeteer.launch(options)
    self.version = await self.browser.version()
    return self
  }

  async open(url) {
    const page = await this.browser.newPage()
    await page.goto(url)
    return {
      goto: to => page.goto(to),
      back: () => page.goBack(),
      run: (script, ...args) => page.evaluate(script, ...args),
      click: selector => page.click(selector),
      type: (selector, text) => page.type(selector, text),
      show: () => page.bringToFront(),
      close: () => page.close(),
    }
  }

  close() {
    return this.browser.close()
  }
}

class WebKit {
  #programs = []

  static async start() {
    const self = new WebKit()
    try {
      const screen = await self.#screen()
      const port = await self.#driver(screen)
      const options = { binary: process.env.BROWSER, args: ['--automation'] }
      self.driver = await new Builder().usingServer(`http://127.0.0.1:${port}`)
        .withCapabilities(new Capabilities({ browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options })).build()
    } catch (error) {
      await self.close()
      throw error
    }
    await self.driver.manage().setTimeouts({ script: LONGEST, pageLoad: LONGEST })
    const { map_: about } = await self.driver.getCapabilities()
    self.version = `${about.get('browserName')}/${about.get('browserVersion')}`
    // With its last window the browser ends, so that the first one stays.
    self.current = self.first = await self.driver.getWindowHandle()
    return self
  }

  /** A screen that nobody sees; gives its name. */
  async #screen() {
    const size = `${WINDOW.width}x${WINDOW.height}x24`
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    this.#programs.push(screen)
    const [number] = await Promise.race([once(screen.stdio[3], 'data'), ended(screen, 'Xvfb')])
    return `:${String(number).trim()}`
  }

  async #driver(display) {
    const port = await freePort()
    const driver = spawn(process.env.WEBKIT_DRIVER, ['-p', String(port)], {
      env: { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', WEBKIT_DISABLE_COMPOSITING_MODE: '1' }, stdio: 'ignore',
    })
    this.#programs.push(driver)
    const failed = ended(driver, 'WebKitWebDriver')
    const ready = () => fetch(`http://127.0.0.1:${port}/status`).then(response => response.ok, () => false)
    while (!await Promise.race([ready(), failed])) await new Promise(resolve => setTimeout(resolve, 50))
    return port
  }

  async open(url) {
    const { driver } = this
    // A window, which is seen at once: no command of this driver's brings a tab to the front.
    await driver.switchTo().newWindow('window')
    const handle = this.current = await driver.getWindowHandle()
    /** Every command goes to the window that was switched to last. */
    const here = act => async (...args) => {
      if (this.current !== handle) await driver.switchTo().window(handle)
      this.current = handle
      return act(...args)
    }
    await driver.get(url)
    const find = selector => driver.findElement(By.css(selector))
    return {
      goto: here(to => driver.get(to)),
      back: here(() => driver.navigate().back()),
      run: here((script, ...args) => driver.executeScript(`return (${script}).apply(null, arguments)`, ...args)),
      click: here(selector => find(selector).click()),
      type: here((selector, text) => find(selector).sendKeys(text)),
      show: here(() => {}),
      close: here(async () => {
        await driver.close()
        await driver.switchTo().window(this.current = this.first)
      }),
    }
  }

  async close() {
    await Promise.race([this.driver?.quit().catch(() => {}), new Promise(resolve => setTimeout(resolve, 5000).unref())])
    await Promise.all(this.#programs.reverse().map(async program => {
      if (program.exitCode !== null || program.signalCode !== null) return
      const exited = once(program, 'exit')
      program.kill()
      await exited
    }))
  }
}

/** Rejects when a program ends that should not. */
function ended(program, name) {
  const early = Promise.race([
    once(program, 'exit').then(([code, signal]) => { throw new Error(`${name} ended early (${code ?? signal})`) }),
    once(program, 'error').then(([error]) => { throw error }),
  ])
  early.catch(() => {})
  return early
}
