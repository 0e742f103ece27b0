// What the App's tests share: an App that notes what it tells, Backbone with requests that a test answers, and waiting
// for a condition instead of for a time.
import assert from 'node:assert/strict'
import Backbone from 'backbone'
import { createApp } from '../../../dist/index.js'

/** A test that is done ends, whatever its App still waits for. */
const { setTimeout } = globalThis
globalThis.setTimeout = (...args) => setTimeout(...args).unref()

/** Errors of the app's own code, which a browser would show in its console. */
export const surfaced = []
globalThis.reportError = error => surfaced.push(error)

/** A new App; `log` gets every event as `[name, ...arguments]`. */
export function newApp(options) {
  const App = createApp(options)
  const log = []
  App.Events.on('all', (...args) => log.push(args))
  return {
    App,
    log,
    /** The first argument of each event of this name. */
    told: name => log.filter(([event]) => event === name).map(([, detail]) => detail),
  }
}

/** Waits until `condition` gives something truthy, and gives that. */
export async function until(condition, what = condition) {
  for (let tries = 0; tries < 4000; tries++) {
    const result = condition()
    if (result) return result
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  assert.fail(`waited in vain for ${what}`)
}

/** Lets every promise that is settled already run its reactions, and what they cause in turn. */
export const settle = () => new Promise(resolve => setImmediate(() => setImmediate(resolve)))

/** Time for something that must not happen: what is asserted afterwards is a count. */
export const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

/**
 * Stands in for the network: every Backbone request waits for the test.
 *
 * `returns` says what `fetch` gives back: a `promise`, a `thenable` in the manner of jqXHR, or that very value.
 */
export function fakeNetwork(returns = 'promise') {
  const requests = []
  Backbone.ajax = settings => {
    let resolve, reject
    const promise = new Promise((ok, failed) => { [resolve, reject] = [ok, failed] })
    promise.catch(() => {})
    requests.push({
      url: settings.url,
      answer(body = {}) {
        settings.success(body)
        resolve(body)
      },
      fail(status) {
        const answer = { status }
        settings.error(answer)
        reject(answer)
      },
      /** Ends without a callback of Backbone's, as with a `sync` that only returns a promise. */
      resolve,
      reject,
    })
    if (returns === 'promise') return promise
    if (returns === 'thenable') return { then: (ok, failed) => promise.then(ok, failed), abort() {} }
    return returns
  }
  return {
    requests,
    urls: () => requests.map(request => request.url),
    /** Answers all that is asked, and what is asked in consequence, until nothing is. */
    async answerAll(body = {}) {
      for (let next = 0; ; next++) {
        await settle()
        if (next === requests.length) return
        requests[next].answer(body)
      }
    },
  }
}

let last = 0

/** A saved model of its own address. */
export const newModel = (url = `/m${++last}`) => new (Backbone.Model.extend({ url }))({ id: url })

export const newCollection = (url = `/c${++last}`) => new (Backbone.Collection.extend({ url }))()

/** A Backbone view that needs no document. */
export const View = Backbone.View.extend({ _ensureElement() {} })
