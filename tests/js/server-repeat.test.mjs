// A write whose answer is lost is repeated. What that costs: one more count, so one needless refresh; and nothing is lost.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { createNotifier } from '../../js/server.js'
import { withoutWaiting } from './server-feed.mjs'

/** A feed that keeps what it is sent, counts as the Realtime Database does, and loses the answers to its first writes. */
async function forgetfulFeed(answersLost) {
  const node = {}
  const seen = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    for (const [path, value] of Object.entries(JSON.parse(text))) {
      const by = value?.['.sv']?.increment
      node[path] = by === undefined ? value : (node[path] ?? 0) + by
    }
    seen.push({ version: node['users/ann/version'], messages: node['users/ann/models/Message/version'], id: node['users/ann/models/Message/id'] })
    if (seen.length <= answersLost) request.socket.destroy()
    else response.writeHead(204).end()
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${server.address().port}`, seen }
}

const change = { models: { Message: { op: 'added', id: 'm1' } } }

test('a lost answer: the browser sees the change at once, and once more, each time as one change of that record', async () => {
  const { url, seen } = await forgetfulFeed(1)
  const { options } = withoutWaiting()
  const told = await createNotifier({ url, ...options }).remoteRefresh('ann', change)
  assert.deepEqual(told, { users: 1, requests: 2 })
  assert.deepEqual(seen, [{ version: 1, messages: 1, id: 'm1' }, { version: 2, messages: 2, id: 'm1' }])
})

test('all answers lost: the call fails with everybody in failed, although they were told; telling them again does no harm', async () => {
  const { url, seen } = await forgetfulFeed(3)
  const { options } = withoutWaiting()
  const notifier = createNotifier({ url, retries: 2, ...options })
  const error = await notifier.remoteRefresh(['ann'], change).catch(error => error)
  assert.deepEqual([error.code, error.failed], ['unavailable', ['ann']])
  await notifier.remoteRefresh(error.failed, change)
  assert.deepEqual(seen.map(({ version }) => version), [1, 2, 3, 4])
})
