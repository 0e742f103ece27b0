// Tables of measurements in the docs, made from bench/results/*.json. In a page they stand between
// `<!-- numbers: NAME -->` and `<!-- end of numbers -->`.
import { readFileSync } from 'node:fs'
import { median } from '../bench/lib/rounds.mjs'
import { table } from '../bench/lib/report.mjs'
import { markdownTable } from '../bench/server/table.mjs'

const results = name => JSON.parse(readFileSync(`bench/results/${name}.json`, 'utf8'))

const versions = ({ machine, browser, versions }) =>
  [machine, browser, Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')].filter(Boolean).join('. ') + '.'

const NUMBERS = {
  /** How many requests each made, and whether the page was fresh in the end. */
  freshness() {
    const measured = results('freshness')
    const names = Object.keys(measured.results[0].runs)
    const rows = measured.results.map(({ scenario, runs }) => [scenario, ...names.map(name => {
      const requests = Math.round(median(runs[name].map(run => run.requests)))
      return runs[name].every(({ fresh }) => fresh) ? `${requests}` : `${requests}, **stale**`
    })])
    return `${table(['requests', ...names], rows)}\n\n${versions(measured)}`
  },
  /** The feed server and its peers. */
  server() {
    const measured = results('server')
    return `${markdownTable(measured.results)}\n\n${versions(measured)}`
  },
  /** What a page downloads: the package's two whole entries, and other clients, the smallest first. */
  size() {
    const measured = results('size')
    const rows = Object.entries(measured.results)
      .filter(([name]) => !/^remote-refresh\/(?!async)/.test(name))
      .sort(([, a], [, b]) => a.brotli - b.brotli)
      .map(([name, { minified, gzip, brotli }]) => [name, ...[minified, gzip, brotli].map(bytes => bytes.toLocaleString('en'))])
    return `${table(['bytes', 'minified', 'gzip', 'brotli'], rows)}\n\n${versions(measured)}`
  },
  /** What one idle stream takes, and so what some memory holds. */
  memory() {
    const runs = results('server').results['own streams']['remote-refresh'].filter(({ faults }) => !faults.length)
    const bytes = median(runs.map(({ bytesPerStream }) => bytesPerStream))
    const rows = [10_000, 100_000, 1_000_000].map(streams => [streams.toLocaleString('en'), size(streams * bytes)])
    return `An idle stream took ${(bytes / 1024).toFixed(1)} KiB of resident memory when ${runs[0].streams.toLocaleString('en')} were open:\n\n${table(['streams', 'memory for them'], rows)}`
  },
}

const size = bytes => (bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`)

/** The page with its numbers as they are now. */
export function withNumbers(text) {
  return text.replace(/<!-- numbers: (\w+) -->[^]*?<!-- end of numbers -->/g, (_, name) => {
    if (!Object.hasOwn(NUMBERS, name)) throw new Error(`scripts/docs-numbers.mjs makes no table named ${name}`)
    return `<!-- numbers: ${name} -->\n${NUMBERS[name]().trim()}\n<!-- end of numbers -->`
  })
}
