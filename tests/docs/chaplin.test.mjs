// docs/chaplin.md: its files with Chaplin's own dispatcher, views and Backbone.
import { document, jQuery } from '../js/support/dom.mjs'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import App from '../../dist/index.js'
import { fakeFeed } from '../../dist/testing.js'
import { project, until } from './project.mjs'

const ChaplinsBackbone = createRequire(import.meta.resolve('chaplin'))('backbone')
ChaplinsBackbone.$ = await jQuery()
const { default: Chaplin } = await import('chaplin')
const reader = project('docs/chaplin.md')
const { live } = await reader.load('live.js')
const { InboxController } = await reader.load('inbox.js')
const { everywhere } = await reader.load('site.js')

const settle = () => new Promise(resolve => setImmediate(() => setImmediate(resolve)))
const texts = () => [...document.querySelectorAll('li')].map(item => item.textContent)

test('the view of the dispatched controller is refreshed: its list once, not its rows; and a reused view beside it', async () => {
  let messages = [{ id: 1, text: 'hello' }]
  const urls = []
  ChaplinsBackbone.ajax = async settings => {
    urls.push(settings.url)
    settings.success(settings.url === '/api/messages' ? messages : {})
  }
  const feed = fakeFeed()
  const handle = App.connect({ uid: 'ann', provider: feed })
  live()
  const header = new Chaplin.View({ autoRender: false, model: new (Chaplin.Model.extend({ url: '/api/me' }))({ id: 'me' }) })
  const end = everywhere(header)

  const dispatcher = new Chaplin.Dispatcher()
  const controller = new InboxController()
  dispatcher.currentController = controller
  await controller.show()
  Chaplin.mediator.publish('dispatcher:dispatch', controller, {}, { action: 'show' }, {})
  assert.equal(App.Views.currentPageView, controller.view)
  assert.deepEqual(texts(), ['hello'])
  await settle()
  urls.length = 0

  messages = [{ id: 1, text: 'hello' }, { id: 2, text: 'you' }]
  feed.change()
  await until(() => texts().length === 2)
  assert.deepEqual(texts(), ['hello', 'you'])
  await settle()
  assert.deepEqual(urls.sort(), ['/api/me', '/api/messages'])

  end()
  feed.change()
  await settle()
  assert.deepEqual(urls.sort(), ['/api/me', '/api/messages', '/api/messages'])
  handle.close()
})
