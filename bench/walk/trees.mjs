// Trees of views, as both walks see them.

import Backbone from 'backbone'

/** How many entities a whole tree shares, where it does: those of the original's page. */
const SHARED = 6

export const sizes = [10, 1000, 10_000]

/** The number of the parent of view `i`, in which order they are made. */
export const shapes = { flat: () => 0, binary: i => (i - 1) >> 1 }

/** What a fetch does, counted, and over at once. */
const answer = Promise.resolve({})
export const fetched = { count: 0, hooks: 0, pending: [] }

/** The least a fetch can be: a call and a promise. */
class Stub {
  fetch() {
    fetched.count++
    return answer
  }
}

/** Backbone's own fetch, with a request that is answered at once; or, below `/network`, by a server. Chromium makes one request for a URL at a time. */
const Model = Backbone.Model.extend({ url: '/model' })
const RemoteModel = Backbone.Model.extend({ urlRoot: '/network' })
Backbone.ajax = ({ url, success, error }) => {
  fetched.count++
  if (url.startsWith('/network/')) {
    const answer = fetch(url).then(response => response.json())
    fetched.pending.push(answer.then(success, error))
    return answer
  }
  success({})
  return answer
}

let lastId = 0
const makers = { stub: () => new Stub(), Backbone: () => new Model({ id: 1 }), network: () => new RemoteModel({ id: ++lastId }) }

/** view number → its entity. */
export const sharing = {
  'no models': () => () => undefined,
  '6 shared models': make => {
    const models = Array.from({ length: SHARED }, make)
    return i => models[i % SHARED]
  },
  'a model each': make => () => make(),
}

/**
 * @param {object} tree
 * @param {keyof typeof shapes} tree.shape
 * @param {number} tree.size
 * @param {keyof typeof sharing} tree.models
 * @param {'stub' | 'Backbone' | 'network'} tree.fetch
 * @param {(view: object, snapshot: object) => void} [hook] what each view's `remoteRefresh` calls; without, there is none
 * @returns the page view
 */
export function plant({ shape, size, models, fetch }, hook) {
  class View {
    constructor(model) {
      this.model = model
      this.collection = undefined
      this._subviews = []
    }
  }
  if (hook) View.prototype.remoteRefresh = function (snapshot) { fetched.hooks++; hook(this, snapshot) }
  const modelOf = sharing[models](makers[fetch])
  const views = Array.from({ length: size }, (_, i) => new View(modelOf(i)))
  for (let i = 1; i < size; i++) views[shapes[shape](i)]._subviews.push(views[i])
  return views[0]
}

/** How many fetches one pass makes: one for each entity, or one for each place that shows one. */
export const fetchesOf = ({ size, models }, each) => (models === 'no models' ? 0 : models === 'a model each' || each ? size : Math.min(size, SHARED))
