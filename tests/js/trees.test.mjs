// The walk finds the views of the frameworks of the field, with their real packages.
import { document, jQuery } from './support/dom.mjs'
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import Backbone from 'backbone'
import _ from 'underscore'
import { newApp, newModel } from './support/world.mjs'

const $ = await jQuery()
Backbone.$ = $
const { default: Marionette } = await import('backbone.marionette')
// Chaplin may have a Backbone of its own version.
createRequire(import.meta.resolve('chaplin'))('backbone').$ = $
const { default: Chaplin } = await import('chaplin')
const { default: AmpersandView } = await import('ampersand-view')
const { default: ChildViewContainer } = await import('backbone.babysitter')
const { default: Layout } = await import('backbone.layoutmanager')

/** The names of the models that a walk from this view fetches, sorted; each `named` model notes its fetch here. */
let fetched = []
const named = name => Object.assign(newModel(), { fetch() { fetched.push(name) } })
const viewOf = name => new Backbone.View({ model: named(name) })

function walked(root, how) {
  const { App, told } = newApp()
  fetched = []
  how?.(App)
  App.Utils.RemoteRefresh(root)
  assert.deepEqual(told('refresh:error'), [])
  return fetched.sort().join(' ')
}

const element = () => document.createElement('div')

test('Marionette: regions, regions within, and collection views; not what is destroyed', () => {
  const Plain = Marionette.View.extend({ template: false })
  const List = Marionette.CollectionView.extend({ childView: Plain })
  const Page = Marionette.View.extend({ template: () => '<div class="a"></div><div class="b"></div>', regions: { a: '.a', b: '.b' } })
  const page = new Page({ model: named('page') })
  page.render()
  const inner = new Page({ model: named('inner') })
  page.showChildView('a', inner)
  inner.showChildView('a', new Plain({ model: named('leaf') }))
  page.showChildView('b', new List({ collection: Object.assign(new Backbone.Collection([named('x'), named('y')]), { fetch() { fetched.push('list') } }) }))
  assert.equal(walked(page), 'inner leaf list page x y')
  const leaf = inner.getChildView('a')
  leaf.destroy()
  assert.equal(walked({ _subviews: [leaf] }), '')
})

test('Chaplin: subviews, once although kept twice; not what is disposed', () => {
  const View = Chaplin.View.extend({ autoRender: false, getTemplateFunction: () => () => '' })
  const page = new View({ model: named('page') })
  page.subview('one', new View({ model: named('one') }))
  page.subview('two', new View({ model: named('two') }))
  assert.equal(walked(page), 'one page two')
  const one = page.subview('one')
  one.dispose()
  assert.equal(walked(page), 'page two')
  assert.equal(walked({ _subviews: [one] }), '')
})

test('Ampersand: registered subviews', () => {
  const View = AmpersandView.extend({ template: '<div><p></p></div>' })
  // Ampersand's own `model` takes none but Ampersand's models.
  const Named = View.extend({ props: { name: 'string' }, remoteRefresh() { fetched.push(this.name) } })
  const page = new View()
  page.registerSubview(new Named({ name: 'child' }))
  page.registerSubview(new Named({ name: 'other' }))
  assert.equal(walked(page), 'child other')
})

test('LayoutManager: views by selector, one or several', () => {
  const page = new Layout({ model: named('page') })
  page.setView('.one', new Layout({ model: named('one') }))
  page.insertView('.many', new Layout({ model: named('first') }))
  page.insertView('.many', new Layout({ model: named('second') }))
  assert.equal(walked(page), 'first one page second')
})

test('babysitter: a container of child views', () => {
  const page = Object.assign(viewOf('page'), { children: new ChildViewContainer([viewOf('a'), viewOf('b')]) })
  assert.equal(walked(page), 'a b page')
})

test('Marionette 2: a manager of regions, and a flag for what is destroyed', () => {
  const gone = Object.assign(viewOf('gone'), { isDestroyed: true })
  const regions = { a: { currentView: viewOf('a') }, b: { currentView: gone }, c: { currentView: null } }
  assert.equal(walked(Object.assign(viewOf('page'), { regionManager: { _regions: regions, length: 3 } })), 'a page')
})

for (const [shape, own] of Object.entries({
  'children, an array with holes (Canvas)': (a, b) => ({ children: [, a, undefined, b] }),
  'children, a map by cid (Thorax)': (a, b) => ({ children: { [a.cid]: a, [b.cid]: b } }),
  'children, an underscore wrapper (backbone-support)': (a, b) => ({ children: _([a, b]) }),
  'childViews (Rendr)': (a, b) => ({ childViews: [a, b] }),
  '_children, records of views (yammer)': (a, b) => ({ _children: [{ view: a, selector: '.a', method: 'append' }, { view: b }] }),
  'subviews, a map by name (backbone.subviews)': (a, b) => ({ subviews: { a, b } }),
  'views, a manager (WordPress)': (a, b) => ({ views: { all: () => [a, b], _views: { '.a': [a], '.b': [b] } } }),
  '_subviews, a map by selector (CompositeView)': (a, b) => ({ _subviews: { '.a': [a], '.b': _([b]) } }),
  'itemViews (edX)': (a, b) => ({ itemViews: [a, b] }),
  'getTrackedViews (Torso)': (a, b) => ({ getTrackedViews: () => [a, b] }),
  '_childViews': (a, b) => ({ _childViews: new Set([a, b]) }),
  'subViews and _subViews': (a, b) => ({ subViews: [a], _subViews: new Map([['b', b]]) }),
})) {
  test(`found in ${shape}`, () => {
    assert.equal(walked(Object.assign(viewOf('page'), own(viewOf('a'), viewOf('b')))), 'a b page')
  })
}

for (const [thing, own] of Object.entries({
  'a jQuery set': () => ({ children: $(element()) }),
  'a function': () => ({ children: () => [viewOf('x')] }),
  'a collection of models': () => ({ children: new Backbone.Collection([named('x')]) }),
  'an array of models': () => ({ children: [named('x')] }),
  'elements': () => ({ children: [element()] }),
  'names of templates': () => ({ views: { list: 'list.html', size: 5 } }),
  'classes of views': () => ({ subViews: { list: Backbone.View } }),
  'what the prototype shares': () => Object.create({ subviews: [viewOf('x')], children: [viewOf('y')] }),
})) {
  test(`${thing} under such a name is no subview`, () => {
    const page = viewOf('page')
    const found = own()
    if (thing === 'what the prototype shares') Object.assign(Object.getPrototypeOf(found), { model: page.model, cid: page.cid })
    assert.equal(walked(thing === 'what the prototype shares' ? found : Object.assign(page, found)), 'page')
  })
}

test('who says what its children are is believed before its framework', () => {
  const page = () => Object.assign(viewOf('page'), { children: [viewOf('children')] })
  assert.equal(walked(Object.assign(page(), { remoteRefreshChildren: () => [viewOf('told')] })), 'page told')
  const registered = page()
  assert.equal(walked(registered, App => App.Views.register(registered, { children: [viewOf('registered')] })), 'page registered')
})

test('views that are disposed in any framework\'s way are left out, and views in a cycle end', () => {
  const flags = [{ _isDestroyed: true }, { disposed: true }, { __isDisposed: true }, { isDestroyed: () => true }]
  const page = Object.assign(viewOf('page'), { children: flags.map((flag, i) => Object.assign(viewOf(`gone${i}`), flag)) })
  page.children.push(page, Object.assign(viewOf('child'), { children: [page] }))
  assert.equal(walked(page), 'child page')
})

test('a name that throws costs the names of that view only', () => {
  const { App, told } = newApp()
  fetched = []
  const bad = Object.defineProperty(viewOf('bad'), 'children', { get() { throw new Error('children') } })
  App.Utils.RemoteRefresh(Object.assign(viewOf('page'), { _subviews: [bad, viewOf('good')] }))
  assert.deepEqual(fetched, ['page', 'bad', 'good'])
  assert.deepEqual(told('refresh:error').map(({ view, code }) => [view, code]), [[bad, 'subviews-threw']])
})
