// Our programs, started for a test. BIN is the folder they are in.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A program of ours, running. */
export class Server {
  constructor(program, args) {
    this.start = async () => {
      this.process = spawn(join(process.env.BIN, program), args, { stdio: ['ignore', 'pipe', 'pipe'] })
      this.log = ''
      const note = chunk => { this.log += chunk }
      this.process.stderr.on('data', note)
      this.process.stdout.on('data', note)
      const failed = once(this.process, 'exit').then(([code, signal]) => {
        throw new Error(`${program} ended early (${code ?? signal}):\n${this.log}`)
      })
      const announced = (async () => {
        for await (const line of createInterface({ input: this.process.stdout })) {
          const address = /https?:\/\/[^\s/]+/.exec(line)
          if (address) return address[0]
        }
      })()
      this.url = await Promise.race([announced, failed])
      failed.catch(() => {})
      return this
    }
  }

  /** Ends it the hard way: SIGKILL, as a crash or a power cut does. */
  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const exited = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await exited
  }
}

/** A demo, in memory unless `args` say otherwise; `.url` is its address. */
export function startDemo(...args) {
  return new Server('remote-refresh-demo', ['--listen', '127.0.0.1:0', '--www', 'dist/www', ...args]).start()
}

/** A port that is free now: a server that is to come back must come back where it was. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
