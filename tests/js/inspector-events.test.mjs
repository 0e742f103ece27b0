// <remote-refresh-inspector>: its Events pane, which says who has handlers, who listens, and what looks like a leak.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { window } from './support/page.mjs'
import Backbone from 'backbone'
import { newApp, newCollection, newModel, until } from './support/world.mjs'
import { openInspector } from '../../dist/inspector.js'

afterEach(() => document.body.replaceChildren())

/** A class whose instances are emitters of this App's bus. */
const onBus = (App, Class) => (Object.assign(Class.prototype, App.Events), Class)
const nothing = () => {}

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')

/** An App that displays a page with a model and two views, and an inspector. */
function inspected() {
  const { App } = newApp()
  const Inbox = onBus(App, class Inbox {})
  const Row = onBus(App, class Row {})
  const [page, row] = [new Inbox(), new Row()]
  page.model = Object.assign(newModel('/inbox?page=2'), App.Events)
  page.collection = newCollection('/messages')
  page._subviews = [row]
  App.show(page)
  return { App, page, row, Row, open: () => openInspector(App) }
}

const group = (inspector, name) => inspector.toJSON().events.find(group => group.name === name)
const rows = (inspector, name, kind) => group(inspector, name).rows.filter(row => row.kind === kind)
const short = rows => rows.map(({ name, hint, status }) => [name, hint, status].filter(Boolean).join(' | '))
const warnings = inspector => group(inspector, 'Warnings').rows

/** Counts of warnings are of the whole bus: what other tests left there goes. */
const clean = (...objects) => objects.forEach(object => object.off().stopListening?.())

test('of App.Events it shows the names, who listens, and how many handlers have no listener', () => {
  const { App, page, row, open } = inspected()
  page.listenTo(App.Events, 'feed:state refresh:error', nothing)
  row.listenTo(App.Events, 'feed:state', nothing)
  const inspector = open()
  assert.equal(group(inspector, 'App.Events').sum, '3 events, 5 handlers')
  assert.deepEqual(short(rows(inspector, 'App.Events', 'event')), ['all | 2 handlers', 'feed:state | 2 handlers', 'refresh:error | 1 handler'])
  assert.deepEqual(short(rows(inspector, 'App.Events', 'listener')), ['Inbox | 2 handlers', 'Row | 1 handler', 'no listener | one is this inspector’s | 2 handlers'])
  assert.deepEqual(rows(inspector, 'App.Events', 'target'), [])
  assert.match(inspector.shadowRoot.querySelector('.events').textContent, /App\.Events.*3 events, 5 handlers.*feed:state.*2 handlers/)
})

test('of the page view, or of what is selected, it shows who listens to it and what it listens to', () => {
  const { App, page, row, open } = inspected()
  page.listenTo(page.model, 'change', nothing).listenTo(App.Events, 'feed:state', nothing)
  row.listenTo(page.model, 'change add', nothing)
  const inspector = open()
  assert.deepEqual([group(inspector, 'Inbox').sum, short(rows(inspector, 'Inbox', 'target'))], ['no handlers', ['model | /inbox?page=2', 'App.Events']])
  const items = [...inspector.shadowRoot.querySelectorAll('[role=treeitem]')]
  items.find(item => item.textContent.includes('/inbox')).click()
  assert.equal(group(inspector, 'Inbox'), undefined)
  assert.deepEqual(short(rows(inspector, 'model', 'listener')).slice(0, 2), ['Row | 2 handlers', 'Inbox | 1 handler'])
  inspector.shadowRoot.querySelector('.only button').click()
  assert.ok(group(inspector, 'Inbox'))
})

test('an entity whose events are Backbone’s own says that they are not on this bus', () => {
  const { page, open } = inspected()
  page.collection.on('add', nothing)
  const inspector = open()
  ;[...inspector.shadowRoot.querySelectorAll('[role=treeitem]')].find(item => item.textContent.includes('/messages')).click()
  assert.match(group(inspector, 'collection').sum, /events of its own/)
})

test('of all emitters it shows how many there are, and the longest lists with whose they are', () => {
  const { App, page, open } = inspected()
  const elsewhere = { ...App.Events }
  for (let i = 0; i < 90; i++) elsewhere.on('far', nothing)
  for (let i = 0; i < 91; i++) page.model.on('near', nothing)
  const inspector = open()
  const { handlers, emitters } = App.inspect().events
  assert.match(group(inspector, 'All emitters').sum, new RegExp(`^${emitters} emitters, ${handlers} handlers, \\d+ names$`))
  const [near, far] = rows(inspector, 'All emitters', 'longest')
  assert.deepEqual([near.name, near.hint, near.status], ['near', 'model /inbox?page=2', '91 handlers'])
  assert.match(`${far.name} of ${far.hint}`, /^far of emitter \d+$/)
  assert.deepEqual(warnings(inspector), [])
  assert.equal(group(inspector, 'Warnings').sum, 'no leak found')
  clean(elsewhere, page.model)
})

test('a list of 501 handlers is a warning that says what to do; one of 500 is none', t => {
  t.mock.method(console, 'warn', nothing)
  const { page, open } = inspected()
  for (let i = 0; i < 500; i++) page.model.on('leak', nothing)
  const inspector = open()
  assert.deepEqual(warnings(inspector), [])
  page.model.on('leak', nothing)
  inspector.paused = false // it looks
  const [{ kind, name, hint, status, sentence }, ...more] = warnings(inspector)
  assert.deepEqual([kind, name, hint, status, more], ['many', 'leak', 'model /inbox?page=2', '501 handlers', []])
  assert.match(sentence, /stopListening\(\) or off\(\)/)
  assert.match(inspector.shadowRoot.querySelector('.events').textContent, /501 handlers.*Call stopListening\(\)/)
  assert.equal(inspector.shadowRoot.querySelector('.switch [data-tone=bad]').textContent, 'Events: 1 warning')
  clean(page.model)
})

for (const [library, ended] of Object.entries({
  'Marionette 4': view => { view._isDestroyed = true; view.isDestroyed = () => view._isDestroyed },
  'Marionette 2': view => { view.isDestroyed = true },
  Chaplin: view => { view.disposed = true },
})) {
  test(`a view that ${library} removed and that listens still is named, until it stops`, () => {
    const { App, page, Row, open } = inspected()
    const view = new Row()
    view.el = { tagName: 'LI', id: '', className: 'message' }
    view.listenTo(page.model, 'change', nothing).listenTo(App.Events, 'feed:state refresh:done', nothing)
    const inspector = open()
    assert.deepEqual(warnings(inspector), [])
    ended(view)
    inspector.paused = false
    assert.deepEqual(short(warnings(inspector)), ['Row | li.message | 2 handlers', 'Row | li.message | 1 handler'])
    assert.match(warnings(inspector)[0].sentence, /^Still listens to App\.Events, .*stopListening\(\)/)
    assert.match(warnings(inspector)[1].sentence, /model \/inbox\?page=2/)
    assert.deepEqual(short(rows(inspector, 'App.Events', 'listener'))[0], 'Row | li.message | removed, 2 handlers')
    view.stopListening()
    inspector.paused = false
    assert.deepEqual(warnings(inspector), [])
  })
}

test('a removed view that has Backbone’s own events is named too, and so is one that is a context of on()', () => {
  const { App, open } = inspected()
  const Pane = Backbone.Model.extend({ constructor: function Pane() { Backbone.Model.apply(this) }, fetch: undefined, disposed: true })
  class Plain { disposed = true }
  new Pane().listenTo(App.Events, 'feed:state', nothing)
  App.Events.on('feed:state refresh:done', nothing, new Plain())
  assert.deepEqual(short(warnings(open())).map(text => text.replace(/ \|.*\| /, ' | ')), ['Plain | 2 handlers', 'Pane | 1 handler'])
})

test('a leak at what the page listens to is found as well', () => {
  const { App, page, Row, open } = inspected()
  class Channel {}
  onBus(App, Channel)
  const channel = new Channel()
  page.listenTo(channel, 'open', nothing)
  new Row().listenTo(channel, 'open', nothing).disposed = true
  assert.match(warnings(open())[0].sentence, /^Still listens to Channel,/)
})

test('many removed views of one class are one warning', () => {
  const { App, Row, open } = inspected()
  for (let i = 0; i < 30; i++) new Row().listenTo(App.Events, 'a b', nothing).disposed = true
  assert.deepEqual(short(warnings(open())), ['30 × Row | 60 handlers'])
})

test('rows are bounded, and what is more is counted', () => {
  const { App, page, open } = inspected()
  for (let i = 0; i < 300; i++) {
    const listener = new (onBus(App, { [`View${i}`]: class {} }[`View${i}`]))()
    listener.disposed = true
    listener.listenTo(page.model, `name${i}`, nothing)
    page.listenTo(Object.assign(newModel(`/of/${i}`), App.Events), 'change', nothing)
  }
  const inspector = open()
  inspector.shadowRoot.querySelector('[role=treeitem]').click()
  assert.deepEqual(short(rows(inspector, 'Inbox', 'target')).slice(39), ['model | /of/39', '260 more'])
  assert.deepEqual(short(warnings(inspector)).at(-1), '181 more', 'of 200 classes and the others')
  assert.equal(group(inspector, 'Warnings').sum, '201')
  const items = [...inspector.shadowRoot.querySelectorAll('[role=treeitem]')]
  items.find(item => item.textContent.includes('/inbox')).click()
  const names = short(rows(inspector, 'model', 'event'))
  assert.equal(names.length, 41)
  assert.match(names[40], /^\d+ more$/)
  assert.ok(rows(inspector, 'model', 'listener').length <= 42)
  assert.ok(inspector.shadowRoot.querySelectorAll('.events li').length <= 21 + 3 * 42 + 3 * 42 + 20)
})

test('the filter leaves rows that have its words, in each group', () => {
  const { App, page, open } = inspected()
  page.listenTo(App.Events, 'needle hay', nothing)
  const inspector = open()
  const input = inspector.shadowRoot.querySelector('input')
  input.value = 'Needle'
  input.dispatchEvent(new window.Event('input'))
  assert.deepEqual(short(group(inspector, 'App.Events').rows), ['needle | 1 handler'])
  assert.match(inspector.shadowRoot.querySelector('[role=status]').textContent, /\d+ of the events\.$/)
})

test('no secret in a name of an event, a view or an address is shown or copied', () => {
  const SECRET = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'
  const { App, page, row, open } = inspected()
  page.model.url = `/inbox?access_token=${SECRET}`
  page.el = { tagName: 'DIV', id: SECRET, className: '' }
  row.listenTo(page.model, `got:${SECRET}`, nothing)
  row.listenTo(App.Events, `https://ann:hunter2@api.example/?auth=${SECRET}`, nothing)
  row.disposed = true
  const inspector = open()
  ;[...inspector.shadowRoot.querySelectorAll('[role=treeitem]')].find(item => item.textContent.includes('/inbox')).click()
  assert.equal(warnings(inspector).length, 2)
  for (const text of [JSON.stringify(inspector), inspector.shadowRoot.innerHTML]) assert.doesNotMatch(text, /eyJ|c2lnbmF0|hunter2/)
})

test('an object whose code throws is shown without what it has, and the others are shown', () => {
  const { App, page, open } = inspected()
  const hostile = new Proxy({}, { get() { throw new Error('no') } })
  App.Events.on('a', nothing, hostile)
  page._subviews.push(new Proxy(new (class Odd {})(), { get: (object, name) => { if (typeof name === 'symbol') throw new Error('no'); return object[name] } }))
  assert.deepEqual(short(rows(open(), 'App.Events', 'listener')), ['object | 1 handler', 'no listener | one is this inspector’s | 2 handlers'])
})

test('what is shown keeps no view alive', async () => {
  const { App, Row, open } = inspected()
  const inspector = open()
  const leak = () => {
    const view = new Row()
    view.listenTo(App.Events, 'a', nothing).disposed = true
    inspector.paused = false
    assert.equal(warnings(inspector).length, 1)
    view.stopListening()
    return new WeakRef(view)
  }
  const ref = leak()
  await until(() => {
    gc()
    return ref.deref() === undefined
  })
})

test('text of the app stays text', () => {
  const { App, page, open } = inspected()
  page.listenTo(App.Events, '<img/src=x>', nothing)
  const inspector = open()
  assert.equal(inspector.shadowRoot.querySelector('img'), null)
  assert.ok(rows(inspector, 'App.Events', 'event').some(({ name }) => name === '<img/src=x>'))
})

test('new warnings are announced with the next sum, once', async () => {
  const { App, Row, open } = inspected()
  const inspector = open()
  const spoken = inspector.shadowRoot.querySelector('[role=status]')
  new Row().listenTo(App.Events, 'a', nothing).disposed = true
  await until(() => spoken.textContent === '1 warning in Events.')
  assert.equal(warnings(inspector).length, 1)
})

test('paused, it stands still; without an App it has nothing', () => {
  const { App, page, open } = inspected()
  const inspector = open()
  inspector.paused = true
  const before = JSON.stringify(inspector.toJSON().events)
  page.listenTo(App.Events, 'a', nothing)
  assert.equal(JSON.stringify(inspector.toJSON().events), before)
  inspector.paused = false
  assert.equal(rows(inspector, 'App.Events', 'event').length, 2)
  inspector.app = null
  assert.deepEqual(inspector.toJSON().events, [])
})

test('where there is no room for three panes, two buttons say which is shown', () => {
  const { open } = inspected()
  const { shadowRoot } = open()
  const [timeline, events] = shadowRoot.querySelectorAll('.switch button')
  const state = () => [shadowRoot.querySelector('.panes').dataset.pane, ...[timeline, events].map(button => button.getAttribute('aria-pressed'))]
  assert.deepEqual(state(), ['time', 'true', 'false'])
  events.click()
  assert.deepEqual(state(), ['events', 'false', 'true'])
  timeline.click()
  assert.deepEqual(state(), ['time', 'true', 'false'])
})
