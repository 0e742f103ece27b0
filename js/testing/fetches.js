// Counts of what an App fetches, by its own events, and a way to wait until nothing is being fetched.
import { coded } from '../error.js'
import { turn, within } from './turn.js'

/** Watches the refreshes of an App from now on. */
export function watchFetches(App) {
  if (typeof App?.Events?.on !== 'function') throw coded('invalid-app', '`watchFetches` needs an App, as `createApp()` gives one')
  let counts = new Map()
  let errors = []
  const underWay = new Set()
  /** Called when nothing is under way any more. */
  let wake = () => {}

  const over = ({ entity }) => {
    if (underWay.delete(entity) && underWay.size === 0) wake()
  }
  const handlers = {
    'refresh:start': ({ entity }) => {
      counts.set(entity, (counts.get(entity) ?? 0) + 1)
      underWay.add(entity)
    },
    'refresh:done': over,
    'refresh:error': error => {
      errors.push(error)
      over(error)
    },
  }
  App.Events.on(handlers)

  /** Nothing is under way, nor is anything that is pending about to start. */
  const quiet = async () => {
    do {
      if (underWay.size) await new Promise(resolve => { wake = resolve })
      await turn()
    } while (underWay.size)
  }

  return {
    of: entity => counts.get(entity) ?? 0,
    get total() {
      return [...counts.values()].reduce((sum, count) => sum + count, 0)
    },
    get underWay() {
      return [...underWay]
    },
    get errors() {
      return errors
    },
    settled: ({ timeout = 5000 } = {}) => within(timeout, quiet(), () => coded('not-settled',
      `still fetching after ${timeout} ms: ${[...underWay].map(nameOf).join(', ')}`)),
    reset() {
      counts = new Map()
      errors = []
    },
    stop() {
      App.Events.off(handlers)
    },
  }
}

function nameOf(entity) {
  try {
    return typeof entity.url === 'function' ? entity.url() : entity.url ?? entity.constructor.name
  } catch {
    return entity.constructor.name
  }
}
