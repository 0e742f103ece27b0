// docs/models-and-versions.md: what its files say of types, records, pages, echoes, edits and ages.
import { jQuery } from '../js/support/dom.mjs'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import App from '../../dist/index.js'
import { fakeFeed } from '../../dist/testing.js'
import { fakeNetwork, settle, until } from '../js/support/world.mjs'
import { startFeed, usersOf } from '../js/server-feed.mjs'
import { project } from './project.mjs'

Backbone.$ = await jQuery()
globalThis.user = { id: 'ann' }
globalThis.getToken = async () => 'token'

const reader = project('docs/models-and-versions.md', code => code.replace("url: 'https://my-app.firebaseio.com', ", 'provider: globalThis.provider, '))
const { Message, Messages, Threads } = await reader.load('models.js')

/** A page with these, followed by a fake feed, that has settled. */
async function shown(t, view, options) {
  const feed = fakeFeed()
  const handle = App.connect({ uid: 'ann', provider: feed, ...options })
  const network = fakeNetwork()
  t.after(() => {
    App.show(null)
    handle.close()
    return network.answerAll([]) // a fetch without an answer takes one of the six slots from the next test
  })
  App.show(view)
  return { feed, ...network }
}

/** What a change fetches. */
function fetched({ requests, urls }, change) {
  requests.length = 0
  change()
  return urls()
}

test('a change of messages leaves threads alone, one without types does not', async t => {
  const page = { model: new Message({ id: 'm1' }), collection: new Messages(), _subviews: [{ collection: new Threads() }] }
  const world = await shown(t, page)
  assert.deepEqual(fetched(world, () => world.feed.change({ Message: { op: 'added', id: 'm1' } })), ['/api/messages/m1', '/api/messages'])
  await world.answerAll([])
  assert.deepEqual(fetched(world, () => world.feed.change({ Thread: 't1' })), ['/api/threads'])
  await world.answerAll([])
  assert.equal(fetched(world, () => world.feed.change()).length, 3)
})

test('the node has the children that the page shows', () => {
  const feed = fakeFeed()
  feed.change({ Message: { op: 'added', id: 'm1' } })
  const documented = JSON.parse(reader.blocks.get('the node'))
  assert.deepEqual(Object.keys(feed.node).sort(), Object.keys(documented).sort())
  assert.deepEqual(Object.keys(feed.node.models.Message).sort(), Object.keys(documented.models.Message).sort())
})

test('two changes that were missed fetch everything, since the types may not tell all', async t => {
  const world = await shown(t, { collection: new Messages(), _subviews: [{ collection: new Threads() }] })
  const { node } = world.feed
  const missed = changes => world.feed.set({ ...node, updated: 2, version: node.version + changes, models: { Message: { version: 1, op: 'added', id: 'm1' } } })
  assert.deepEqual(fetched(world, () => missed(2)), ['/api/messages', '/api/threads'])
})

test('handlers are told of a type', async t => {
  const said = t.mock.method(console, 'log', () => {})
  await reader.load('events.js')
  const world = await shown(t, null)
  world.feed.change({ Message: { op: 'added', id: 'm1' } })
  assert.equal(said.mock.calls[0].arguments[0], 'a Message was added: m1')
})

test('one record of a list is fetched alone, a removed one is taken out', async t => {
  await reader.load('single.js')
  const collection = new Messages([{ id: 'm1' }, { id: 'm2' }])
  const world = await shown(t, { collection })
  assert.deepEqual(fetched(world, () => world.feed.change({ Message: 'm2' })), ['/api/messages/m2'])
  await world.answerAll({ id: 'm2' })
  assert.deepEqual(fetched(world, () => world.feed.change({ Message: { op: 'removed', id: 'm1' } })), [])
  assert.deepEqual(collection.pluck('id'), ['m2'])
  assert.deepEqual(fetched(world, () => world.feed.change({ Message: { op: 'added', id: 'm3' } })), ['/api/messages'])
  App.live(Messages, { single: false })
})

test('what was asked for last is asked for again, and a function asks for what it likes', async t => {
  const { Found, Grown } = await reader.load('paging.js')
  const asked = []
  const found = new Found()
  const grown = new Grown([{ id: 1 }, { id: 2 }])
  const world = await shown(t, { collection: found, _subviews: [{ collection: grown }] })
  Backbone.ajax = async settings => {
    asked.push([settings.url, settings.data])
    await null // an answer comes after its request
    settings.success(settings.url === '/api/posts' ? [{ id: 1 }, { id: 2 }] : [])
  }
  world.feed.change()
  await settle()
  await found.fetch({ data: { q: 'ann' } })
  await settle()
  asked.length = 0
  world.feed.change()
  await settle()
  assert.deepEqual(asked, [['/api/search', { q: 'ann' }], ['/api/posts', { limit: 2 }]])
})

test('who writes does not fetch it again, and the server passes on who it was', async t => {
  await reader.load('observe.js')
  const feed = await startFeed()
  process.env.FEED_SECRET = 'secret'
  const there = project('docs/models-and-versions.md', code => code.replace('http://127.0.0.1:4001', feed.url))
  const { notify } = await there.load('notify.js')

  const collection = new Messages()
  const world = await shown(t, { collection, _subviews: [{ collection: new Threads() }] })
  let header
  const { ajax } = Backbone
  Backbone.ajax = settings => {
    header ??= settings.headers?.['X-Client-Id']
    return ajax(settings)
  }
  collection.create({ text: 'hello' }, { wait: true })
  world.requests[0].answer({ id: 'm9', text: 'hello' })
  await settle()
  assert.match(header, new RegExp(`^${App.clientId}-\\d+$`))

  const message = { id: 'm9', from: 'ann', to: 'bob' }
  await notify({ get: name => (name === 'X-Client-Id' ? header : undefined) }, message)
  const written = feed.requests.at(-1)
  assert.ok(JSON.stringify(written).includes(header), 'the notifier passes on who wrote')
  assert.deepEqual(fetched(world, () => world.feed.change({ Message: { op: 'added', id: 'm9' }, Thread: 't1' }, { origin: header })), ['/api/threads'])
})

test('an unsaved edit is kept, and its refresh follows when it is saved', async t => {
  const said = t.mock.method(console, 'log', () => {})
  await reader.load('edits.js')
  const model = new Message({ id: 'm1' })
  const world = await shown(t, { model })
  world.feed.change()
  world.requests[0].answer({ id: 'm1', text: 'as it was' })
  await settle()
  model.set({ text: 'as I would have it' })
  assert.deepEqual(fetched(world, () => world.feed.change()), [])
  assert.equal(said.mock.calls[0].arguments[0], 'kept as it is until it is saved')
  model.save()
  world.requests[0].answer({ id: 'm1', text: 'as I would have it' })
  await settle()
  assert.deepEqual(world.urls(), ['/api/messages/m1', '/api/messages/m1'])
  assert.equal(model.get('text'), 'as I would have it')
})

test('a page that was rendered from the newest version fetches nothing, an older one does', async t => {
  const { start } = await reader.load('since.js')
  for (const [version, expected] of [[7, []], [6, ['/api/messages']]]) {
    globalThis.provider = fakeFeed({ node: { updated: 5, version: 7 } })
    const { urls } = fakeNetwork()
    let state
    App.Events.on('feed:state', now => { state = now })
    App.show(null)
    start({ collection: new Messages() }, { version })
    await until(() => state === 'open')
    await settle()
    assert.deepEqual(urls(), expected)
  }
  App.connect({ uid: 'ann', provider: fakeFeed() }).close()
})

test('a registered dialog is part of its page until it closes, and a view tells of its rows', async t => {
  const { openDialog, Table } = await reader.load('register.js')
  const Plain = Backbone.View.extend({ _ensureElement() {} })
  const page = new Plain({ collection: new Threads() })
  const dialog = new Plain({ model: new Message({ id: 'm1' }) })
  openDialog(dialog, page)
  const world = await shown(t, page)
  assert.deepEqual(fetched(world, () => world.feed.change()), ['/api/threads', '/api/messages/m1'])
  await world.answerAll({})
  dialog.trigger('close')
  assert.deepEqual(fetched(world, () => world.feed.change()), ['/api/threads'])
  await world.answerAll({})

  const table = new (Table.extend({ _ensureElement() {} }))()
  table.rows.set('m2', new Plain({ model: new Message({ id: 'm2' }) }))
  App.show(table)
  assert.deepEqual(fetched(world, () => world.feed.change()), ['/api/messages/m2'])
})

test('it is told why something was fetched', async t => {
  const { why } = await reader.load('explain.js')
  const collection = new Messages()
  const threads = new Threads()
  const world = await shown(t, { collection, _subviews: [{ collection: threads }] })
  world.feed.change({ Message: 'm1' })
  await world.answerAll([])
  assert.deepEqual(why(collection).slice(-2), ['refresh:start', 'refresh:done'])
  assert.equal(why(threads).at(-1), 'refresh:skipped: not-concerned')
})
