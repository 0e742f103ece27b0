// TanStack Query's core: each change invalidates all queries.

import { QueryClient, QueryObserver } from '@tanstack/query-core'

export const tanstack = options => world => {
  const client = new QueryClient()
  // What the provider component does: the client then hears of focus and network.
  client.mount()
  const ends = world.views.flat().map(name => {
    const observer = new QueryObserver(client, { queryKey: [name], queryFn: ({ signal }) => world.get([name], signal) })
    return observer.subscribe(({ data }) => data && world.show(name, data[name]))
  })
  world.listen(event => {
    if (event !== 'change') return
    world.heard.push(performance.now())
    client.invalidateQueries({}, options)
  })
  return () => {
    for (const end of ends) end()
    client.clear()
    client.unmount()
  }
}
