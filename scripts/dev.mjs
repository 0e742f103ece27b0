// `npm run dev`: the demo while one works on it. scripts/dev calls it once everything is set up.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import { Proxy } from './dev-proxy.mjs'
import { STEPS, stepsFor, watch } from './dev-watch.mjs'

const HELP = `npm run dev [-- [--listen ADDR:PORT] [OPTION OF THE DEMO SERVER…]]

Builds and serves the demo, and again whenever a file has changed; pages that are open reload by themselves.

  js, www                          bundled again (scripts/bundle.mjs)
  src, crates/core                 compiled to wasm and bundled again (scripts/build)
  crates/core, …/server, …/demo    compiled again, and the demo server restarted

A compiler's error is shown here and in the page, and goes with the change that mends it. What is being built when the next change
comes is built anew. Ctrl-C ends it.

  --listen ADDR:PORT   where the browser finds it (127.0.0.1:8080; port 0 takes a free one)

All else goes to the demo server, whose \`--help\` is that of \`npm start\`. Without --data its data is kept until this ends, restarts
included.
`

const root = new URL('..', import.meta.url).pathname
const program = join(process.env.target_dir ?? 'target', 'debug/remote-refresh-demo')
const COMMANDS = {
  wasm: ['scripts/build'],
  page: [process.execPath, 'scripts/bundle.mjs'],
  server: ['cargo', 'build', '-p', 'remote-refresh-demo'],
}

/** How long the demo server may take to end, in ms; it takes at most 4 s itself. */
const GRACE = 6000

/** As much of a compiler's output as a page shows: its last characters. */
const SHOWN = 20_000

const say = text => console.log(`dev: ${text}`)
const pages = count => `${count} ${count === 1 ? 'page' : 'pages'}`
const seconds = since => `${((Date.now() - since) / 1000).toFixed(1)} s`

const args = process.argv.slice(2)
if (args.includes('--help')) {
  process.stdout.write(HELP)
  process.exit()
}
const { host, port } = listenAddress(args)
const ownData = args.some(arg => /^--data(=|$)/.test(arg)) || process.env.DEMO_DATA ? undefined : await mkdtemp(join(tmpdir(), 'remote-refresh-dev-'))

const proxy = new Proxy()
/** The steps that are to be taken; one that fails stays here until a change lets it succeed. */
const due = new Set(STEPS.filter(({ name }) => name !== 'page').map(({ name }) => name))
/** The command under way, and whether a change has made it pointless. */
let running, outdated = false, building = false
let demo, ending = false

try {
  const at = await proxy.listen(port, host)
  say(`http://${host.includes(':') ? `[${host}]` : host}:${at}/ is there; the first build may take minutes`)
} catch (error) {
  console.error(`error: cannot listen on ${host}:${port}: ${error.message}\n  → choose another: npm run dev -- --listen 127.0.0.1:8081`)
  await tidy()
  process.exit(1)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
const watching = watch(root, changed)
await watching.started
await build()

function changed(files) {
  const steps = stepsFor(files)
  if (!steps.length) return
  say(`changed: ${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`)
  for (const step of steps) due.add(step)
  if (!building) return build()
  outdated = true
  if (running) kill(running, 'SIGTERM')
}

/** Takes the steps that are due until none is, or one has failed. */
async function build() {
  building = true
  const start = Date.now()
  let good = true
  while (good && due.size && !ending) good = await take(STEPS.find(({ name }) => due.has(name)))
  if (good && !demo) good = await restartDemo()
  building = false
  if (!good || ending) return
  say(`built in ${seconds(start)}; ${pages(proxy.tell('done'))} open`)
}

/** Takes a step. Says whether to go on. */
async function take({ name, includes }) {
  say(`building: ${name}`)
  proxy.tell('building', `building: ${[...due].join(', ')} …`)
  outdated = false
  const { ok, output } = await run(COMMANDS[name])
  // A change has made it pointless: the step is still due.
  if (outdated || ending) return true
  if (!ok) {
    const shown = proxy.tell('failed', `${name}: the build has failed\n\n${stripVTControlCharacters(output).trim().slice(-SHOWN)}`)
    say(`${name}: failed, shown in ${pages(shown)}; waiting for a change`)
    return false
  }
  due.delete(name)
  if (includes) due.delete(includes)
  return name !== 'server' || restartDemo()
}

/** Runs a command, shows what it says, and tells how it ended. In a process group of its own, so that its children end with it. */
async function run([command, ...rest]) {
  const env = { ...process.env, CARGO_TERM_COLOR: process.stdout.isTTY ? 'always' : 'auto' }
  running = spawn(command, rest, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const [from, to] of [[running.stdout, process.stdout], [running.stderr, process.stderr]]) {
    from.on('data', chunk => {
      to.write(chunk)
      output = (output + chunk).slice(-10 * SHOWN)
    })
  }
  const ok = await new Promise(done => {
    running.on('close', code => done(code === 0))
    running.on('error', error => { output += error.message; console.error(error.message); done(false) })
  })
  running = undefined
  return { ok, output }
}

/** Replaces the demo server by what has been built. Says whether it runs. */
async function restartDemo() {
  await stopDemo()
  if (ending) return false
  const data = ownData ? ['--data', ownData] : []
  const started = spawn(program, [...data, ...args, '--listen', '127.0.0.1:0'], { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  demo = started
  const lines = createInterface({ input: started.stdout })
  const listens = new Promise(done => lines.on('line', line => done(/:(\d+)\/$/.exec(line)?.[1])))
  const ended = new Promise(done => started.on('exit', code => done({ code })).on('error', ({ message }) => done({ code: message })))
  ended.then(({ code }) => {
    if (demo !== started || ending) return
    demo = proxy.port = undefined
    proxy.tell('failed', `the demo server has ended (${code}): the terminal says why. The next change starts it again.`)
    say(`the demo server has ended (${code}); waiting for a change`)
  })
  const said = await Promise.race([listens, ended])
  proxy.port = typeof said === 'string' ? Number(said) : undefined
  return proxy.port !== undefined
}

async function stopDemo() {
  const old = demo
  demo = proxy.port = undefined
  if (!old || old.exitCode !== null || old.signalCode !== null) return
  const ended = once(old, 'exit')
  kill(old, 'SIGTERM')
  const late = setTimeout(() => kill(old, 'SIGKILL'), GRACE)
  await ended
  clearTimeout(late)
}

function kill(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error // ended already
  }
}

async function end() {
  if (ending) return
  ending = true
  watching.end()
  proxy.close()
  if (running) kill(running, 'SIGTERM')
  await stopDemo()
  await tidy()
  say('ended')
  process.exit()
}

async function tidy() {
  if (ownData && existsSync(ownData)) await rm(ownData, { recursive: true })
}

/** Takes --listen out of the arguments: the demo server gets a port of its own. */
function listenAddress(args) {
  let text = process.env.DEMO_LISTEN ?? '127.0.0.1:8080'
  const i = args.findIndex(arg => /^--listen(=|$)/.test(arg))
  if (i >= 0) {
    const [first, second] = args.splice(i, args[i].includes('=') ? 1 : 2)
    text = second ?? (first.split('=')[1] || '')
  }
  const match = /^\[?(.+?)\]?:(\d{1,5})$/.exec(text)
  if (match) return { host: match[1], port: Number(match[2]) }
  console.error(`error: --listen needs an address and a port such as 127.0.0.1:8081, not '${text}'`)
  process.exit(2)
}
