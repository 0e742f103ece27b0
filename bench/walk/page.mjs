// The measurement itself: the same in Node and in a page.

import { measure } from '../lib/rounds.mjs'
import { contestants } from './contestants.mjs'
import { fetched, fetchesOf, plant, shapes, sharing, sizes } from './trees.mjs'

const stubs = Object.keys(sharing).flatMap(models => Object.keys(shapes).flatMap(shape => sizes.map(size => ({ shape, size, models, fetch: 'stub' }))))
const real = ['6 shared models', 'a model each'].map(models => ({ shape: 'flat', size: 1000, models, fetch: 'Backbone' }))
const network = ['6 shared models', 'a model each'].flatMap(models => [10, 1000].map(size => ({ shape: 'flat', size, models, fetch: 'network' })))

export const trees = [...stubs, ...real, ...network].map(tree => ({
  ...tree,
  name: `${tree.models}, ${tree.size.toLocaleString('en')} views, ${tree.fetch === 'stub' ? tree.shape : tree.fetch}`,
}))

/** An entry (see ../lib/rounds.mjs): an operation is a pass, and all that is left to do when its fetches are answered. */
function entry(tree, { walk, hook, each }) {
  const page = plant(tree, hook)
  const fetches = fetchesOf(tree, each)
  // The walk of the page view itself is not called by its hook.
  const hooks = hook ? tree.size - 1 : 0
  return {
    async run(n) {
      fetched.count = fetched.hooks = 0
      for (let i = 0; i < n; i++) {
        walk(page, { pass: i })
        // Ours fetches a few at a time, and walks a long page in several tasks.
        while (fetched.count < (i + 1) * fetches || fetched.hooks < (i + 1) * hooks || fetched.pending.length) {
          await (fetched.pending.length ? Promise.all(fetched.pending.splice(0)) : soon())
        }
        // The answers are there; three turns of the microtask queue are more than any of the walks needs to see them.
        await null
        await null
        await null
      }
    },
    check(n) {
      if (fetched.count !== n * fetches) throw new Error(`${tree.name}: ${fetched.count} fetches instead of ${n * fetches}`)
    },
  }
}

let turns = 0

/** After the promises that are settled; now and then after what else waits for a task of its own. */
const soon = () => (++turns % 1000 ? null : new Promise(resolve => setTimeout(resolve)))

/** @param {{ rounds: number, turn: number, only: string }} options */
export default async function run({ rounds, turn, only }) {
  const here = trees.filter(({ name, fetch }) => name.includes(only) && (fetch !== 'network' || globalThis.document))
  return measure({
    contestants: Object.keys(contestants),
    rows: here.map(tree => ({ name: tree.name, enter: name => entry(tree, contestants[name]) })),
    rounds,
    turn,
    progress: row => console.log(`  ${row}`),
  })
}
