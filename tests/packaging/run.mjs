// Running programs, and saying how long each part took.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The repository, whose node_modules have the tools. */
export const repository = fileURLToPath(new URL('../..', import.meta.url))

const env = { ...process.env, CI: '1', NO_COLOR: '1' }

/** Runs a program and gives what it prints; one that fails is shown with all it said. */
export function run(command, args, cwd) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env })
  if (error) throw error
  return judge(command, args, status ?? signal, stdout, stdout + stderr)
}

/** The same beside other work; `more` goes into its environment. */
export async function runBeside(command, args, cwd, more) {
  const child = spawn(command, args, { cwd, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => { said += chunk })
  const [status, signal] = await once(child, 'close')
  return judge(command, args, status ?? signal, said, said)
}

function judge(command, args, status, result, said) {
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${said}`)
  return result
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
