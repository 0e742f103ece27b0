// Makes the pictures of the demo: node scripts/picture.mjs DEMO-SERVER FOLDER
import { chromium } from '@playwright/test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const [program, folder] = process.argv.slice(2)
const demo = spawn(program, ['--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] })
const url = /https?:\/\/\S+/.exec(String((await once(demo.stdout, 'data'))[0]))[0]
const browser = await chromium.launch({
  executablePath: process.env.CHROME,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})

const THREAD = 10

async function person(id, options) {
  const page = await (await browser.newContext({ ...options, locale: 'en-US' })).newPage()
  await page.goto(url)
  await page.getByTestId(`user-${id}`).click()
  await page.locator('[data-testid=feed-state][data-state=open]').waitFor()
  await page.evaluate(id => { location.hash = `#threads/${id}` }, THREAD)
  await page.getByTestId('messages').locator('li').first().waitFor()
  return page
}

const shot = async page => `data:image/png;base64,${(await page.screenshot()).toString('base64')}`

/** Two in one conversation: a desktop in light, a phone in dark. */
async function conversation(picture) {
  const amara = await person('amara', { viewport: { width: 1040, height: 700 }, colorScheme: 'light' })
  const ben = await person('ben', { viewport: { width: 360, height: 700 }, colorScheme: 'dark' })
  await amara.getByTestId('composer').fill('Number 6 it is. Lunch is on Farid.')
  await amara.getByTestId('send').click()
  await ben.getByTestId('messages').getByText('Number 6 it is.').waitFor()
  await ben.waitForTimeout(1000) // the message slides in

  const frame = await browser.newPage({ viewport: { width: 1500, height: 780 } })
  await frame.setContent(`<style>
    body { margin: 0; height: 780px; display: flex; align-items: center; justify-content: center; gap: 36px;
      background: linear-gradient(120deg, #d8e8e6, #e6e9e2 60%, #f2e9de) }
    img { border-radius: 14px; box-shadow: 0 12px 40px #0003 }
    img + img { border-radius: 26px }
  </style><img src="${await shot(amara)}"><img src="${await shot(ben)}">`)
  await frame.locator('img').last().evaluate(image => image.decode())
  await frame.screenshot({ path: picture })
}

/** The inspector below a conversation, with what a message of somebody else's made of it. */
async function inspector(picture) {
  const viewport = { width: 1180, height: 760 }
  const amara = await person('amara', { viewport })
  const ben = await person('ben', { viewport, colorScheme: 'light' })
  await ben.keyboard.press('Alt+i')
  const timeline = ben.getByRole('region', { name: 'Timeline' })
  await amara.getByTestId('composer').fill('The printer has it by Friday.')
  await amara.getByTestId('send').click()
  await ben.getByTestId('messages').getByText('The printer has it').waitFor()
  await timeline.getByText('up to date after').nth(2).waitFor()
  await timeline.evaluate(element => { element.scrollTop = 0 })
  await ben.waitForTimeout(1000) // the message slides in
  await ben.screenshot({ path: picture })
}

try {
  await conversation(`${folder}/demo.png`)
  await inspector(`${folder}/inspector.png`)
} finally {
  await browser.close()
  demo.kill()
}
