// Running programs, and saying how long each part took.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository, whose node_modules have the tools. */
export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a program and gives what it prints; one that fails is shown with all it said. */
export function run(command, args, cwd) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, CI: '1', NO_COLOR: '1' } })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status ?? signal}:\n${stdout}${stderr}`)
  return stdout
}

/** Does one part of the check and prints its name and time; it may be asynchronous. */
export function step(name, act) {
  const start = performance.now()
  const done = result => {
    console.log(`   ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
    return result
  }
  const result = act()
  return typeof result?.then === 'function' ? result.then(done) : done(result)
}
