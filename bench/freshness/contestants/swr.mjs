// SWR in React: each change calls `mutate` for every key.

import { createElement, useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import useSWR, { mutate } from 'swr'

let pages = 0

export function swr(world) {
  // Keys of another page's are another server's.
  const prefix = `${++pages}/`

  function View({ name }) {
    const { data } = useSWR(prefix + name, () => world.get([name]))
    useLayoutEffect(() => world.show(name, data?.[name]), [data])
    return data?.[name] ?? '…'
  }

  const root = createRoot(document.body.appendChild(document.createElement('main')))
  root.render(world.views.flatMap((names, i) => names.map(name => createElement(View, { name, key: `${i}/${name}` }))))
  world.listen(event => {
    if (event !== 'change') return
    world.heard.push(performance.now())
    for (const name of world.names) mutate(prefix + name)
  })
  return () => root.unmount()
}
