// What to call a view, a model or a collection: the app's own words for it, as far as it has any.

import { redact } from './redact.js'

/** Names of classes that say nothing: what `extend` makes, what a minifier leaves. */
const EMPTY = /^(.{0,2}|Object|child|ctor|Class|Surrogate|Constructor|Function|anonymous|_class\d*)$/

/** Calls app code, which may throw: then there is nothing. */
export function attempt(act) {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** The name of its class, if that is one. */
function className(object) {
  const name = attempt(() => object.constructor?.name)
  return typeof name === 'string' && !EMPTY.test(name) ? name : ''
}

/** A view's element as a selector: `section.inbox`. */
function selector(view) {
  const el = attempt(() => view.el ?? view.$el?.[0])
  if (typeof el?.tagName !== 'string') return ''
  const classes = typeof el.className === 'string' ? el.className.trim().split(/\s+/).filter(Boolean).slice(0, 2) : []
  return el.tagName.toLowerCase() + (el.id ? `#${el.id}` : '') + classes.map(name => `.${name}`).join('')
}

/** Where an entity is fetched from, without its origin. */
function address(entity) {
  const url = attempt(() => typeof entity.url === 'function' ? entity.url() : entity.url)
  return typeof url === 'string' ? redact(url.replace(/^https?:\/\/[^/?#]+/i, ''), 80) : ''
}

/** `{ name, hint }` of a view; `kind` is what it goes by if nothing names it. */
export function nameOfView(view, kind = 'view') {
  const hint = redact(selector(view), 60)
  const name = className(view) || hint || attempt(() => view.cid) || kind
  return { name: String(name), hint: hint === name ? '' : hint }
}

/** `{ name, hint }` of an entity; `kind` is what it is to its view: `model` or `collection`. */
export function nameOfEntity(entity, kind = isCollection(entity) ? 'collection' : 'model') {
  const hint = address(entity)
  return { name: className(entity) || kind, hint }
}

/** `{ name, hint }` of whatever has handlers or listens: a view, an entity, or any other object. */
export function nameOfObject(object) {
  return typeof attempt(() => object.fetch) === 'function' ? nameOfEntity(object) : nameOfView(object, 'object')
}

const isCollection = entity => attempt(() => Array.isArray(entity.models)) ?? false
