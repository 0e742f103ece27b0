// Live messages and profiles, and what they cost: requests are listed, not estimated.

import { expect, test, THREAD } from './support.mjs'

const THREAD_READS = [`GET /api/threads/${THREAD}`, `GET /api/threads/${THREAD}/messages`]

test('a message appears in the other one’s open thread, for one request per entity on screen', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await ben.signIn(url)
  await ben.openThread()
  await amara.signIn(url)
  await amara.openThread()
  await ben.isQuiet()
  ben.reads()

  await amara.send('The buckles are here.')
  await expect(ben.message('The buckles are here.')).toBeVisible()
  await ben.isQuiet()
  expect(ben.reads()).toEqual(THREAD_READS)
})

test('who sends a message does not fetch the messages that it is shown among already', async ({ demo, person }) => {
  const { url } = await demo()
  const amara = await person('amara')
  await amara.signIn(url)
  await amara.openThread()
  await amara.isQuiet()
  amara.reads()
  await amara.send('I see it already.')
  await expect(amara.message('I see it already.')).toBeVisible()
  await amara.isQuiet()
  expect(amara.reads()).toEqual([`GET /api/threads/${THREAD}`])
})

test('an answer, an edit and a deletion all arrive without a reload', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  for (const one of [amara, ben]) {
    await one.signIn(url)
    await one.openThread()
  }
  await amara.send('Blue or green?')
  await expect(ben.message('Blue or green?')).toBeVisible()
  await ben.send('Green.')
  const answer = amara.message('Green.')
  await expect(answer).toBeVisible()

  const id = await ben.page.getByTestId('messages').locator('li', { hasText: 'Green.' }).last()
    .getAttribute('data-testid').then(id => id.replace('message-', ''))
  await ben.page.getByTestId(`edit-${id}`).click()
  await ben.page.getByTestId('edit-text').fill('Green, no: blue.')
  await ben.page.getByTestId('edit-save').click()
  await expect(amara.message('Green, no: blue.')).toBeVisible()

  await ben.page.getByTestId(`delete-${id}`).click()
  await ben.page.getByTestId(`delete-${id}`).click()
  await expect(amara.message('Green, no: blue.')).toHaveCount(0)
})

test('an edited profile is live for everybody who sees it', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await ben.signIn(url)
  await ben.page.evaluate(() => { location.hash = '#people/amara' })
  await expect(ben.page.getByTestId('profile-status')).toBeVisible()
  await ben.isQuiet()
  ben.reads()
  await amara.signIn(url)
  await amara.page.evaluate(() => { location.hash = '#people/amara' })
  await amara.page.getByTestId('edit-status').fill('Cutting the first sample')
  await amara.page.getByTestId('save-profile').click()
  await expect(ben.page.getByTestId('profile-status')).toHaveText('Cutting the first sample')
  await ben.isQuiet()
  // The profile on the page; and, by the event for its type, the name in the bar.
  expect(ben.reads()).toEqual(['GET /api/users/amara', 'GET /api/users/ben'])
})

test('who looks at something else fetches what they look at, and no more', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await ben.signIn(url)
  await ben.isQuiet()
  ben.reads()
  await amara.signIn(url)
  await amara.post(url, 'Anybody in the workshop?')
  await expect(ben.page.getByTestId(`unread-${THREAD}`)).toBeVisible()
  await ben.isQuiet()
  expect(ben.reads()).toEqual(['GET /api/threads'])
})

test('what one types survives a refresh', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  await ben.signIn(url)
  await ben.openThread()
  const composer = ben.page.getByTestId('composer')
  await composer.fill('Half a sent')
  await amara.post(url, 'Meanwhile.')
  await expect(ben.message('Meanwhile.')).toBeVisible()
  await expect(composer).toHaveValue('Half a sent')
  await expect(composer).toBeFocused()
})

test('a burst of 200 messages during a slow fetch costs two requests per entity', async ({ demo, person }) => {
  const { url } = await demo()
  const [amara, ben] = [await person('amara'), await person('ben')]
  await amara.signIn(url)
  await ben.signIn(url)
  await ben.openThread()
  await ben.watchVersion()
  // Ben's reads hang until the burst is over and he has heard of all of it.
  let release
  const released = new Promise(resolve => { release = resolve })
  await ben.page.route('**/api/threads/**', async route => {
    if (route.request().method() === 'GET') await released
    await route.continue()
  })
  await amara.post(url, 'Number 1')
  await expect.poll(() => ben.requests.length).toBe(THREAD_READS.length)
  const first = await ben.seenVersion()
  const rest = Array.from({ length: 199 }, (_, index) => `Number ${index + 2}`)
  for (let at = 0; at < rest.length; at += 20) {
    await Promise.all(rest.slice(at, at + 20).map(text => amara.post(url, text)))
  }
  await expect.poll(() => ben.seenVersion()).toBe(first + 199)
  expect(ben.requests.length, 'nothing more while the first fetch is under way').toBe(THREAD_READS.length)
  release()

  await expect(ben.message('Number 200')).toBeVisible()
  await ben.isQuiet()
  expect(ben.reads()).toEqual([...THREAD_READS, ...THREAD_READS].sort())
  await expect(ben.page.getByTestId('messages').getByText(/^Number \d+$/)).toHaveCount(200)
})
