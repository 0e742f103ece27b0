// docs/marionette.md: its files with Marionette 4, and the region that is followed with Marionette 2.
import { document, jQuery } from '../js/support/dom.mjs'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import Backbone from 'backbone'
import App from '../../dist/index.js'
import { fakeFeed } from '../../dist/testing.js'
import { fakeNetwork, settle } from '../js/support/world.mjs'
import { project } from './project.mjs'

const $ = Backbone.$ = await jQuery()
const two = createRequire(import.meta.resolve('backbone.marionette-2'))
two('backbone').$ = $
const { default: Marionette } = await import('backbone.marionette')
const reader = project('docs/marionette.md')
const { live } = await reader.load('live.js')
const { Inbox, Messages } = await reader.load('inbox.js')
const { Report } = await reader.load('report.js')

/** An element of the page for a region. */
function place() {
  const element = document.createElement('div')
  document.body.append(element)
  return element
}

function connected(t) {
  const feed = fakeFeed()
  const handle = App.connect({ uid: 'ann', provider: feed })
  t.after(() => handle.close())
  return feed
}

const PERSON = '/api/people/ann'
const person = () => new (Backbone.Model.extend({ url: PERSON }))({ id: 'ann', name: 'Ann' })

test('the page in the main region is refreshed: its model and its list, once each, not its rows', async t => {
  const feed = connected(t)
  const { requests, urls } = fakeNetwork()
  const region = new Marionette.Region({ el: place() })
  live(region)
  const collection = new Messages([{ id: 1, text: 'hello' }, { id: 2, text: 'you' }])
  region.show(new Inbox({ model: person(), collection }))
  assert.equal(App.Views.currentPageView, region.currentView)
  assert.equal(region.currentView.$('li').length, 2)
  feed.change()
  assert.deepEqual(urls(), [PERSON, '/api/messages'])
  requests[0].answer({ id: 'ann', name: 'Ann' })
  requests[1].answer([{ id: 1, text: 'hello' }, { id: 2, text: 'all' }, { id: 3, text: 'there' }])
  await settle()
  assert.deepEqual(region.currentView.$('li').get().map(item => item.textContent), ['hello', 'all', 'there'])
  assert.equal(requests.length, 2)
  region.empty()
  assert.equal(App.Views.currentPageView, null)
  feed.change()
  assert.equal(requests.length, 2)
})

test('another page is followed instead, and a view\'s own hook is called', t => {
  const feed = connected(t)
  const { urls } = fakeNetwork()
  const region = new Marionette.Region({ el: place() })
  live(region)
  region.show(new Inbox({ model: person(), collection: new Messages() }))
  const report = new Report({ model: person() })
  let told = 0
  report.on('out:of:date', () => told++)
  region.show(report)
  assert.equal(App.Views.currentPageView, report)
  feed.change()
  assert.equal(told, 1)
  assert.deepEqual(urls(), [PERSON])
})

test('Marionette 2: the same, by its own region, layout and composite views', t => {
  const feed = connected(t)
  const { requests } = fakeNetwork()
  const Marionette2 = two('backbone.marionette-2')
  const fetched = []
  const model = name => Object.assign(new (two('backbone').Model)({ id: name }), { fetch: () => fetched.push(name) })
  const Row = Marionette2.ItemView.extend({ template: () => 'row', remoteRefresh: false })
  const List = Marionette2.CompositeView.extend({ template: () => '<ul></ul>', childView: Row, childViewContainer: 'ul' })
  const Page = Marionette2.LayoutView.extend({ template: () => '<main></main>', regions: { list: 'main' } })
  const region = new Marionette2.Region({ el: place() })
  live(region)
  const page = new Page({ model: model('page') })
  region.show(page)
  const rows = Object.assign(new (two('backbone').Collection)([model('a'), model('b')]), { fetch: () => fetched.push('list') })
  page.list.show(new List({ collection: rows, model: model('heading') }))
  assert.equal(App.Views.currentPageView, page)
  feed.change()
  assert.deepEqual(fetched.sort(), ['heading', 'list', 'page'])
  region.empty()
  assert.equal(App.Views.currentPageView, null)
  assert.equal(requests.length, 0)
})
