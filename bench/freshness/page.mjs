// Runs scenarios in a page: a contestant at a time, with real timers.

import { contestants } from './contestants/index.mjs'
import { scenarios } from './scenarios.mjs'
import { FETCH, World, ownBrowser, sleep } from './world.mjs'

/**
 * @param {object} options
 * @param {boolean} options.quick shorter streams
 * @param {number} options.rounds
 * @param {string} options.only scenarios whose names have this text
 * @param {string[]} [options.who] only these contestants
 * @param {number} [options.quiet] all is over when nothing was under way for this long, in ms; longer than a contestant waits by itself
 */
export default async function run({ quick, rounds, only = '', who = Object.keys(contestants), quiet = 400 }) {
  ownBrowser()
  const results = []
  for (const scenario of scenarios.filter(({ name }) => name.includes(only))) {
    console.log(`  ${scenario.name}`)
    const runs = Object.fromEntries(who.map(name => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < who.length; i++) {
        const name = who[(i + round) % who.length]
        runs[name].push(await enter(scenario, contestants[name], { quick, quiet }))
      }
    }
    results.push({ scenario: scenario.name, entities: scenario.page.names.length, runs })
  }
  return results
}

async function enter(scenario, start, { quick, quiet }) {
  const world = new World(scenario.page)
  if (scenario.loading) world.delays = [...(scenario.delays ?? [])]
  const stop = await start(world)
  try {
    if (!scenario.loading) {
      await until(() => world.fresh && !world.open)
      world.delays = [...(scenario.delays ?? [])]
    }
    await scenario.act(world, quick)
    await calm(world, quiet)
    return outcome(world, scenario)
  } finally {
    await stop()
  }
}

function outcome(world, { delays = [], most, page }) {
  const { changes, heard } = world
  const unit = Math.max(FETCH, ...delays)
  const caused = world.requests.filter(({ at }) => at >= changes[0].at)
  const perEntity = Math.max(...page.names.map(name => caused.filter(({ names }) => names.includes(name)).length))
  const burst = heard.length > 1 ? heard.at(-1) - heard[0] : 0
  const since = at => Math.max(at, world.seam)
  const waits = changes.map(({ at, seen }) => (seen === undefined ? undefined : Math.max(0, seen - since(at)) / unit))
  return {
    requests: caused.length,
    perEntity,
    // One in flight, one owed. Several changes at one moment are a burst, too.
    allowed: most ?? 1 + Math.max(heard.length > 1 ? 1 : 0, Math.ceil(burst / FETCH)),
    fresh: world.fresh,
    // In fetch times: from the last change, or from when it could be seen, until all on the screen was up to date …
    last: world.fresh ? Math.max(0, world.freshSince - since(changes.at(-1).at)) / unit : undefined,
    // … and the longest that any change took to be on the screen.
    slowest: waits.includes(undefined) ? undefined : Math.max(...waits),
  }
}

async function until(condition) {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 20_000) throw new Error(`waited in vain for ${condition}`)
    await sleep(5)
  }
}

/** Waits until no request and no reconnect is under way, and none starts for a while. */
async function calm(world, quiet) {
  for (let waited = 0, seen = -1; waited < quiet; waited += 10) {
    if (world.requests.length !== seen || world.open || world.reconnecting) [waited, seen] = [0, world.requests.length]
    await sleep(10)
  }
}
