// docs/scaling.md: users divided among feeds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFeed, usersOf } from '../js/server-feed.mjs'
import { project } from './project.mjs'

const feeds = [await startFeed(), await startFeed(), await startFeed()]
process.env.FEED_SECRET = 'secret'
const reader = project('docs/scaling.md', code => feeds.reduce((text, { url }, i) => text.replace(`https://feed${i + 1}.example.com`, url), code))

test('each user has one feed, each feed about as many users, and each user is told once, there', async () => {
  const { feedOf } = await reader.load('feeds.js')
  const { remoteRefresh } = await reader.load('announce.js')
  const users = Array.from({ length: 300 }, (_, i) => `user${i}`)
  await remoteRefresh(users, { models: ['Announcement'] })
  const told = feeds.map(({ requests }) => requests.flatMap(usersOf))
  assert.deepEqual(told.flat().sort(), [...users].sort())
  for (const [i, { url }] of feeds.entries()) {
    assert.deepEqual(told[i].filter(user => feedOf(user) !== url), [])
    assert.ok(told[i].length > 60, `${told[i].length} of 300`)
  }
})
