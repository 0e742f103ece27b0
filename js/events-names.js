// Event names: the number of each in the registry in wasm, and names that are several, with white space between or in a map.

import { busForget, busIntern } from '../dist/wasm/remote_refresh.js'

const whiteSpace = /\s+/

/** Of each name its number, its parts if it has white space, or null: it has neither. */
const names = new Map()
let mostNames = 1000

/** Forgets names that are not in use when there are many. */
function remember(name, value) {
  if (names.size >= mostNames) {
    for (const [known, it] of names) if (typeof it === 'object' || busForget(it)) names.delete(known)
    mostNames = Math.max(1000, 2 * names.size)
  }
  names.set(name, value)
  return value
}

/** The number of a part: a name without white space, or the empty text between two. */
export function numberOf(name) {
  const text = `${name}`
  const known = names.get(text)
  return typeof known === 'number' ? known : remember(text, busIntern(text))
}

/** The parts of a name with white space; undefined for one without. */
function partsOf(name) {
  const known = names.get(name)
  if (known !== undefined || typeof name !== 'string') return Array.isArray(known) ? known : undefined
  return remember(name, whiteSpace.test(name) ? name.split(whiteSpace) : null) ?? undefined
}

/**
 * Calls `step` for each of: one name, names with white space between, or a map of names to callbacks. With a map the
 * second argument is the context, unless there is a third.
 */
export function each(step, target, name, callback, context, extra) {
  if (name && typeof name === 'object') {
    if (callback !== undefined && context === undefined) context = callback
    for (const key of Object.keys(name)) each(step, target, key, name[key], context, extra)
  } else {
    const parts = name ? partsOf(name) : undefined
    if (parts === undefined) step(target, name, callback, context, extra)
    else for (const part of parts) step(target, part, callback, context, extra)
  }
  return target
}

/** Whether it is known to be a name without white space. */
export function isOne(name) {
  const known = names.get(name)
  return known === null || typeof known === 'number'
}

/** What is known of a name: see above. */
export const known = name => names.get(name)
