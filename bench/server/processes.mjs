// Programs under measurement: started, looked at, ended; always by their own id.

import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'

/** A port of 127.0.0.1 on which nobody listens. */
export async function freePort() {
  const server = createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Starts a program; its words go to `heard`, for when something is wrong. */
export function start(command, args, { env, stdin = 'ignore' } = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: [stdin, 'pipe', 'pipe'] })
  const program = { child, command, heard: '', ended: new Promise(resolve => child.on('close', (code, signal) => resolve(code ?? signal))) }
  child.on('error', error => (program.heard += error.message))
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', text => (program.heard = (program.heard + text).slice(-100_000)))
  return program
}

/** Ends a program, by force if it takes more than ten seconds. */
export async function stop({ child, ended }) {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(timer)
}

/** Waits until `condition` gives something, for half a minute at most; `program` may end it earlier. */
export async function until(what, condition, program) {
  const end = Date.now() + 30_000
  for (;;) {
    const found = await condition()
    if (found) return found
    if (Date.now() > end || program?.child.exitCode !== null) throw new Error(`${what} did not happen: ${program?.heard ?? ''}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** A process and all that it has started. */
export function family(pid) {
  const parents = readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(name => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0])]]
    } catch {
      return [] // ended meanwhile
    }
  })
  const all = [pid]
  for (let i = 0; i < all.length; i++) all.push(...parents.filter(([, parent]) => parent === all[i]).map(([child]) => child))
  return all
}

/** What these processes keep in memory, in bytes; what they share counts once. */
export function memory(pids) {
  const kib = pids.map(pid => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]))
  return kib.reduce((sum, each) => sum + each, 0) * 1024
}

/** The processor time these processes have used, in seconds: as the scheduler counts it, since ticks miss what is short. */
export function processorTime(pids) {
  const threads = pids.flatMap(pid => readdirSync(`/proc/${pid}/task`).map(thread => `/proc/${pid}/task/${thread}/schedstat`))
  const nanoseconds = threads.map(file => Number(readFileSync(file, 'utf8').split(' ')[0]))
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9
}
