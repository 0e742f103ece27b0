// Backbone's own classes on our bus: the demo doesn't notice.

import { scriptOnOurBus } from './script-on-our-bus.mjs'
import { expect, test, THREAD } from './support.mjs'

test('Model, Collection, View and Router with our mixin run the demo unchanged', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  const script = await scriptOnOurBus()
  const failures = []
  for (const { page } of [amara, ben]) {
    await page.route('**/app.js', route => route.fulfill({ body: script, contentType: 'text/javascript' }))
    page.on('pageerror', error => failures.push(String(error)))
  }
  await amara.signIn(url)
  expect(await amara.page.evaluate(() => window.swapped)).toBe(true)
  await ben.signIn(url)
  await ben.openThread()
  await amara.openThread()
  await ben.isQuiet()
  ben.reads()

  await amara.send('On another bus.')
  await expect(ben.message('On another bus.')).toBeVisible()
  await ben.isQuiet()
  expect(ben.reads()).toEqual([`GET /api/threads/${THREAD}`, `GET /api/threads/${THREAD}/messages`])
  await ben.send('Same stop.')
  await expect(amara.message('Same stop.')).toBeVisible()

  await ben.page.getByTestId('me').click()
  await ben.page.getByTestId('edit-status').fill('Changing buses')
  await ben.page.getByTestId('save-profile').click()
  await amara.page.evaluate(() => { location.hash = '#people/ben' })
  await expect(amara.page.getByTestId('profile-status')).toHaveText('Changing buses')
  expect(failures).toEqual([])
})
