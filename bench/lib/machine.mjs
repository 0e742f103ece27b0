// What a result depends on besides the code.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'

/** One line about this computer and how busy it is. */
export function machine() {
  const [{ model }, ...others] = os.cpus()
  const load = os.loadavg()[0].toFixed(1)
  return `${model.trim()}, ${others.length + 1} cores, load ${load} at the start, ${os.type()} ${os.arch()}`
}

/** The version of an installed package. */
export function version(name) {
  let path = createRequire(import.meta.url).resolve(name)
  for (;;) {
    path = path.replace(/\/[^/]*$/, '')
    try {
      const found = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'))
      if (found.name === name) return found.version
    } catch {
      // Not in this folder: look in the one above.
    }
    if (!path.includes('node_modules')) throw new Error(`there is no package.json of ${name}`)
  }
}
