// Measures contestants side by side: in each round each has a turn, and the order rotates.
//
// What disturbs (another process, a slower clock, the garbage collector) then disturbs all. Compare the ratios of a round,
// not times of different rounds: that is what `ratio` does. This file runs in Node and in a page.

/**
 * @typedef {object} Entry one contestant in one row
 * @property {(n: number) => void | Promise<void>} run does the operation `n` times; what it returns is waited for
 * @property {(n: number) => void} [check] throws unless the last `run(n)` had the right result; not timed
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {(contestant: string) => Entry | undefined} enter undefined if the contestant can't do this
 */

/**
 * @param {object} options
 * @param {Row[]} options.rows
 * @param {string[]} options.contestants
 * @param {number} options.rounds at least 11
 * @param {number} options.turn how long a turn should take, in ms; many times the clock's resolution
 * @param {(row: string) => void} [options.progress] called before each row
 * @returns {Promise<{ row: string, times: Record<string, number[]> }[]>} ns per operation, by contestant and round
 */
export async function measure({ rows, contestants, rounds, turn, progress = () => {} }) {
  const results = []
  for (const { name, enter } of rows) {
    progress(name)
    const entries = contestants.map(contestant => [contestant, enter(contestant)]).filter(([, entry]) => entry)
    const counts = new Map()
    for (const [contestant, entry] of entries) counts.set(contestant, await countFor(entry, turn))
    const times = Object.fromEntries(entries.map(([contestant]) => [contestant, []]))
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < entries.length; i++) {
        const [contestant, entry] = entries[(i + round) % entries.length]
        times[contestant].push(await time(entry, counts.get(contestant)))
      }
    }
    results.push({ row: name, times })
    await new Promise(resolve => setTimeout(resolve)) // lets a page breathe
  }
  return results
}

/** How many operations take about `turn` ms; and on the way there, the code becomes warm. A pause must not pass for work: the best of three counts. */
async function countFor(entry, turn) {
  for (let n = 1; ; n *= 2) {
    if (await time(entry, n) * n < (turn / 4) * 1e6) continue
    const took = Math.min(await time(entry, n), await time(entry, n), await time(entry, n)) * n
    if (took >= (turn / 4) * 1e6) return Math.max(1, Math.round((n * turn * 1e6) / took))
  }
}

async function time({ run, check }, n) {
  const start = performance.now()
  const pending = run(n)
  if (pending) await pending
  const end = performance.now()
  check?.(n)
  return ((end - start) * 1e6) / n
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** How many times as fast as `other` is `ours`: the median over the rounds. */
export function ratio({ times }, ours, other) {
  return times[ours] && times[other] && median(times[other].map((time, round) => time / times[ours][round]))
}
