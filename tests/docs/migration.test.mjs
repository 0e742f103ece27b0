// docs/migration.md: the code of 2014 as the page has it, and each step, with what it says of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import vm from 'node:vm'
import Backbone from 'backbone'
import _ from 'underscore'
import { fakeNetwork, newCollection, newModel, until } from '../js/support/world.mjs'
import { startFeed } from '../js/support/feed-server.mjs'
import { project } from './project.mjs'

const feed = await startFeed({ updated: 1 })
const reader = project('docs/migration.md', code => code.replace("url: 'https://my-app.firebaseio.com'", `url: '${feed.url}'`))

/** The reference of 2014: its listeners, and a change that they hear. */
class Firebase {
  static refs = []
  handlers = []
  constructor(url) {
    this.url = url
    Firebase.refs.push(this)
  }
  on(name, handler) {
    this.handlers.push([name, handler])
    if (name === 'value') handler(snapshotOf(null, { updated: 1 }))
  }
  off(name, handler) { this.handlers = this.handlers.filter(known => known[1] !== handler) }
  ref() { return this }
  /** Only whether it is connected is asked of it. */
  root() { return { child: () => ({ on: (name, heard) => heard({ val: () => true }), off() {} }) } }
  change(value) {
    for (const [name, handler] of this.handlers) handler(name === 'value' ? snapshotOf(null, { updated: value }) : snapshotOf('updated', value))
  }
}
const snapshotOf = (name, value) => ({ name: () => name, key: () => name, val: () => value, exportVal: () => value, child: path => snapshotOf(path, value?.[path]) })

/** A page of twenty subviews that share six entities: of four views one shows the collection beside its model. */
function page(RemoteRefresh) {
  const shared = [newCollection('/list'), ...Array.from({ length: 5 }, (_, i) => newModel(`/model/${i}`))]
  const view = own => ({ ...own, remoteRefresh(snapshot) { RemoteRefresh()(this, snapshot) } })
  const subviews = Array.from({ length: 20 }, (_, i) => view({ model: shared[1 + i % 5], ...(i % 4 === 0 && { collection: shared[0] }) }))
  return view({ model: shared[1], collection: shared[0], _subviews: subviews })
}

function original() {
  const window = {}
  vm.runInNewContext(reader.blocks.get('original.js'), { window, _, Backbone, Firebase, console })
  return window.App
}

test('the original: 270 requests for ten changes', async () => {
  const App = original()
  const { requests } = fakeNetwork()
  App.Views.currentPageView = page(() => App.Utils.RemoteRefresh)
  App.follow({ id: 'ann' })
  const ref = Firebase.refs.at(-1)
  assert.equal(ref.url, 'https://my-app.firebaseio.com/users/ann')
  for (let change = 2; change < 12; change++) ref.change(change)
  assert.equal(requests.length, 270)
})

test('each step: at most two requests for each of the six', async t => {
  const App = original()
  globalThis.window = { App }
  globalThis.Firebase = Firebase
  globalThis.getToken = async () => 'token'
  t.after(() => { delete globalThis.window })
  const heard = []
  const firebase = snapshot => App.Events.emit('firebase.child_added', snapshot)

  await reader.load('step-1.js')
  App.Events.on('firebase.child_added', snapshot => heard.push(snapshot.name()))
  const view = App.Views.currentPageView = page(() => App.Utils.RemoteRefresh)
  // history.js, which listens on the new bus, since that came first.
  App.Events.on('firebase.child_added', snapshot => App.Views.currentPageView.remoteRefresh(snapshot))
  const { requests, answerAll } = fakeNetwork()
  const ref = new Firebase('https://my-app.firebaseio.com/users/ann')
  ref.on('child_changed', firebase)
  for (let change = 2; change < 12; change++) ref.change(change)
  await answerAll()
  assert.equal(requests.length, 12)
  assert.equal(heard.length, 10)

  requests.length = 0
  await reader.load('step-2.js')
  const second = App.follow({ id: 'ann' })
  await until(() => second.state === 'open')
  await answerAll()
  requests.length = 0
  for (let change = 12; change < 22; change++) Firebase.refs.at(-1).change(change)
  await answerAll()
  assert.equal(requests.length, 12)

  await reader.load('step-3.js')
  const third = App.follow({ id: 'ann' })
  await until(() => third.state === 'open')
  assert.equal(second.state, 'closed')
  assert.equal(feed.requests.at(-1).token, 'token')
  await answerAll()
  requests.length = 0
  feed.put('/updated', 30)
  await until(() => requests.length === 6)
  await answerAll()
  assert.equal(requests.length, 6)
  assert.equal(App.Views.currentPageView, view)
  third.close()
})
