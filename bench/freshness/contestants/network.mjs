// The page's `fetch`, whose answers are given here.

const servers = new Map()

/** Answers what is fetched from addresses that begin with `url`, until the returned function is called. */
export function answers(url, server) {
  servers.set(url, server)
  return () => servers.delete(url)
}

globalThis.fetch = async (resource, init) => {
  const url = String(resource?.url ?? resource)
  const [, server] = [...servers].find(([start]) => url.startsWith(start)) ?? []
  if (!server) throw new TypeError(`nobody answers ${url}`)
  return server(init?.signal ?? new AbortController().signal)
}
