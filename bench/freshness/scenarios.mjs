// What happens to a page. Each scenario acts on the world (see world.mjs) and is over when it returns; the runner then waits until
// all is quiet.

import { setOnline, setVisible, sleep } from './world.mjs'

/** One entity on one view. */
const single = { names: ['message'], views: [['message']] }

/** The page of the original: a collection, and 20 subviews that share it and 5 models. 27 places show something. */
const inbox = {
  names: ['messages', 'user1', 'user2', 'user3', 'user4', 'user5'],
  views: [['messages'], ...Array.from({ length: 20 }, (_, i) => [`user${(i % 5) + 1}`, ...(i < 6 ? ['messages'] : [])])],
}

/** `count` changes, one every `ms`. Ticks that came late are not made up for. */
async function stream(world, count, ms) {
  for (let i = 0; i < count; i++) {
    if (i) await sleep(ms)
    world.change()
  }
}

const burst = world => {
  for (let i = 0; i < 10; i++) world.change()
}

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {{ names: string[], views: string[][] }} page
 * @property {(world: World, quick: boolean) => unknown} act
 * @property {boolean} [loading] it begins while the page loads for the first time
 * @property {number[]} [delays] how long the first answers after the page is there take; with `loading`, those of the loading too
 * @property {number} [most] requests per entity that ours may take, where that is less than contract 4 allows
 */

/** @type {Scenario[]} */
export const scenarios = [
  { name: '10 changes in one tick', page: single, act: burst },
  { name: '10 changes, 10 ms apart', page: single, act: world => stream(world, 10, 10) },
  { name: 'a change every 100 ms for 5 s', page: single, act: (world, quick) => stream(world, quick ? 10 : 50, 100) },
  { name: 'a change every 20 ms for 2 s', page: single, act: (world, quick) => stream(world, quick ? 25 : 100, 20) },
  {
    name: 'a change during the first load',
    page: single,
    loading: true,
    async act(world) {
      await sleep(20)
      world.change()
    },
  },
  {
    name: 'a change during a first load that takes long',
    page: single,
    loading: true,
    delays: [150, 50],
    async act(world) {
      await sleep(20)
      world.change()
    },
  },
  {
    name: 'two changes, the first answer comes last',
    page: single,
    delays: [100, 50],
    act: world => stream(world, 2, 20),
  },
  {
    name: 'feed away, 3 changes missed',
    page: single,
    most: 1,
    async act(world) {
      world.away()
      await stream(world, 3, 10)
      await sleep(100)
      world.back()
    },
  },
  {
    name: 'browser offline, 3 changes missed',
    page: single,
    most: 1,
    async act(world) {
      // SWR takes an answer for good for two seconds: this page has been there for longer.
      await sleep(2000)
      world.away()
      setOnline(false)
      await stream(world, 3, 10)
      await sleep(100)
      world.back()
      setOnline(true)
    },
  },
  { name: '20 subviews share 6 entities, 10 changes in one tick', page: inbox, act: burst },
  {
    name: 'hidden tab, 10 changes, then seen',
    page: single,
    most: 1,
    async act(world) {
      setVisible(false)
      await stream(world, 10, 10)
      await sleep(100)
      world.seam = performance.now()
      setVisible(true)
    },
  },
]
