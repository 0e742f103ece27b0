// A collection refreshes what it shows: the page of a pager, what was asked for last, or however the app says.
import { jQuery } from './support/dom.mjs'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Backbone from 'backbone'
import _ from 'underscore'
import { newApp, newCollection, newModel, settle } from './support/world.mjs'

const $ = await jQuery()
Object.assign(globalThis, { Backbone, _ })
const { default: PageableCollection } = await import('backbone.paginator')
await import('backbone.paginator-1/lib/backbone.paginator.js')
const { requestPager, clientPager } = Backbone.Paginator

/** Answers every request at once, by these records, and notes what is asked for. */
function server(records) {
  const asked = []
  Backbone.ajax = settings => {
    const url = new URL(settings.url + (typeof settings.data === 'string' ? `?${settings.data}` : ''), 'http://server')
    const query = { ...Object.fromEntries(url.searchParams), ...(typeof settings.data === 'object' ? settings.data : {}) }
    asked.push({ path: url.pathname, query, settings })
    const answer = records(query, url.pathname)
    const promise = Promise.resolve().then(() => settings.success(answer, 'success', { getResponseHeader: () => null }))
    return { then: promise.then.bind(promise), getResponseHeader: () => null }
  }
  return asked
}

async function refresh(App, collection) {
  App.Utils.RemoteRefresh({ collection })
  await settle()
  await settle()
}

const numbered = (first, count) => Array.from({ length: count }, (_, i) => ({ id: first + i }))

test('Paginator 2 on the server: the current page, and the options are not kept', async () => {
  const { App } = newApp()
  const asked = server(({ page, per_page }) => numbered((page - 1) * per_page + 1, Number(per_page)))
  const list = new (PageableCollection.extend({ url: '/list', state: { pageSize: 3, totalRecords: 30 } }))()
  await list.getPage(2)
  await settle()
  await refresh(App, list)
  await list.getPage(4)
  await settle()
  await refresh(App, list)
  assert.deepEqual(asked.map(({ query }) => Number(query.page)), [2, 2, 4, 4])
  assert.deepEqual(list.pluck('id'), [10, 11, 12])
})

test('Paginator 2, infinite: the link of the current page, without appending it again', async () => {
  const { App } = newApp()
  const links = { first: '/list/1', next: '/list/2' }
  const asked = server((query, path) => path === '/list/2' ? numbered(4, 3) : numbered(1, 3))
  const list = new (PageableCollection.extend({ url: '/list/1', mode: 'infinite', state: { pageSize: 3 }, parseLinks: () => links }))()
  await list.fetch()
  await settle()
  await list.getNextPage()
  await settle()
  assert.deepEqual(list.fullCollection.pluck('id'), [1, 2, 3, 4, 5, 6])
  const { length } = asked
  await refresh(App, list)
  assert.equal(asked.length, length + 1)
  assert.equal(asked.at(-1).path, '/list/2')
  assert.deepEqual(list.fullCollection.pluck('id'), [1, 2, 3, 4, 5, 6])
  assert.deepEqual(list.pluck('id'), [4, 5, 6])
})

test('Paginator 2 in the client: all of it, and the page stays', async () => {
  const { App } = newApp()
  server(() => numbered(1, 7))
  const list = new (PageableCollection.extend({ url: '/list', mode: 'client', state: { pageSize: 3 } }))()
  await list.fetch()
  await settle()
  list.getPage(2)
  await refresh(App, list)
  assert.equal(list.fullCollection.length, 7)
  assert.equal(list.state.currentPage, 2)
  assert.deepEqual(list.pluck('id'), [4, 5, 6])
})

test('Paginator 1, request pager: the page that is shown, by `pager`', async () => {
  const { App } = newApp()
  const asked = server(({ page }) => numbered(Number(page) * 10, 2))
  const list = new (requestPager.extend({
    model: Backbone.Model,
    paginator_core: { type: 'GET', dataType: 'json', url: '/pages' },
    paginator_ui: { firstPage: 0, currentPage: 0, perPage: 2, totalPages: 10 },
    server_api: { page() { return this.currentPage } },
  }))()
  let pagers = 0
  const { pager } = list
  list.pager = function (options) {
    pagers++
    return pager.call(this, options)
  }
  await list.goTo(3)
  await settle()
  const before = pagers
  await refresh(App, list)
  assert.equal(pagers, before + 1)
  assert.equal(asked.length, 2, 'and nothing after it')
  assert.equal(Number(asked.at(-1).query.page), 3)
  assert.deepEqual(list.pluck('id'), [30, 31])
})

test('Paginator 1, client pager: a fetch, for its `pager` loads nothing', async () => {
  const { App } = newApp()
  const list = new (clientPager.extend({ model: Backbone.Model }))()
  const calls = []
  Object.assign(list, { fetch: () => calls.push('fetch'), pager: () => calls.push('pager') })
  await refresh(App, list)
  assert.deepEqual(calls, ['fetch'])
})

test('what the app asked for last is asked for again, if it is to be remembered', async () => {
  const { App } = newApp()
  const asked = server(() => numbered(1, 2))
  const { unobserve } = App.observe(Backbone)
  const list = newCollection('/list')
  App.live(list, { remember: true })
  await list.fetch({ data: { tag: 'red' } })
  await refresh(App, list)
  await list.fetch({ url: '/search', data: { q: 'x' } })
  await refresh(App, list)
  await list.fetch()
  await refresh(App, list)
  assert.deepEqual(asked.map(({ path, query: { tag, q } }) => [path, tag ?? q]), [
    ['/list', 'red'], ['/list', 'red'], ['/search', 'x'], ['/search', 'x'], ['/list', undefined], ['/list', undefined],
  ])
  unobserve()
})

test('and only then', async () => {
  const { App } = newApp()
  const asked = server(() => numbered(1, 2))
  const list = newCollection('/list')
  await refresh(App, list)
  await list.fetch({ data: { tag: 'red' } })
  await refresh(App, list)
  assert.deepEqual(asked.map(({ query }) => query.tag), [undefined, 'red', undefined])
})

test('`via` says how: a function, `pager` or `fetch`', async () => {
  const { App } = newApp()
  const list = newCollection('/list')
  const calls = []
  for (const how of ['fetch', 'pager', 'reload']) list[how] = options => calls.push([how, options])
  list.requestNextPage = () => {}
  const via = function (entity, options) {
    assert.equal(this, entity)
    return entity.reload(options)
  }
  for (const how of [via, 'pager', 'fetch', undefined]) {
    App.live(list, { via: how, options: { timeout: 5 } })
    await refresh(App, list)
    list.trigger('sync', list)
    await settle()
  }
  assert.deepEqual(calls.map(([how]) => how), ['reload', 'pager', 'fetch', 'pager'])
  assert.ok(calls.every(([, options]) => options.prefill === false && options.timeout === 5))
})

test('caches are passed by: `prefill: false` always, and `cache: false` where jQuery makes the requests', async () => {
  const { App } = newApp()
  const asked = server(() => ({}))
  const model = newModel('/model')
  App.Utils.RemoteRefresh({ model })
  await settle()
  assert.deepEqual([asked[0].settings.prefill, 'cache' in asked[0].settings], [false, false])
  Backbone.$ = $
  const { unobserve } = App.observe(Backbone)
  App.Utils.RemoteRefresh({ model })
  await settle()
  assert.equal(asked[1].settings.cache, false)
  unobserve()
  delete Backbone.$
})
