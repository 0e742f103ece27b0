// The measurement itself, in a page: a burst of changes while a long page is displayed.

import Backbone from 'backbone'
import { createApp } from '../../dist/index.js'
import { fakeFeed } from '../../dist/testing.js'

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

let requests = 0
Backbone.ajax = ({ url, success, error }) => {
  requests++
  return fetch(url).then(response => response.json()).then(success, error)
}

const Record = Backbone.Model.extend({ urlRoot: '/record' })

/** A row that renders what its model says, as an app's would. */
class Row {
  constructor(model) {
    this.model = model
    this.el = document.createElement('p')
    this._subviews = []
    model.on('change', this.render, this)
    this.render()
  }

  render() {
    this.el.textContent = `${this.model.id} ${this.model.get('text') ?? ''}`
  }
}

/** Calls `act`, and gives the lengths of the tasks meanwhile that took 50 ms or longer, in ms. */
async function longTasks(act) {
  const lengths = []
  const observer = new PerformanceObserver(list => lengths.push(...list.getEntries().map(({ duration }) => duration)))
  observer.observe({ type: 'longtask' })
  await act()
  await sleep(100)
  observer.disconnect()
  return lengths
}

async function burst({ views, changes, pause }) {
  const App = createApp()
  const feed = fakeFeed()
  const rows = Array.from({ length: views }, (_, i) => new Row(new Record({ id: i + 1 })))
  const page = { el: document.createElement('main'), _subviews: rows }
  page.el.append(...rows.map(({ el }) => el))
  document.body.replaceChildren(page.el)
  const handle = App.connect({ uid: 'ann', provider: feed })
  App.show(page)
  const { stateOf } = App.inspect()
  const isBusy = () => rows.some(({ model }) => {
    const { fetching, pending } = stateOf(model)
    return fetching || pending
  })
  // The page was shown before the first value, so it is refreshed once: the first pass also meets every view.
  await sleep(50)
  while (isBusy()) await sleep(20)

  requests = 0
  const began = performance.now()
  let settled
  const tasks = await longTasks(async () => {
    for (let i = 0; i < changes; i++) {
      feed.change()
      await sleep(pause)
    }
    // Looking costs time too, so it is done seldom.
    while (App.inspect().pagePending || isBusy()) await sleep(100)
    settled = performance.now() - began
  })
  handle.close()
  return { views, changes, requests, settled, tasks: tasks.length, longest: Math.max(0, ...tasks) }
}

/** @param {{ sizes: number[], changes: number, pause: number }} options */
export default async function run({ sizes, changes, pause }) {
  const results = []
  for (const views of sizes) {
    console.log(`  ${views.toLocaleString('en')} views`)
    results.push(await burst({ views, changes, pause }))
  }
  return results
}
