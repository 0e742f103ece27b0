// What stands between a browser and the demo: it counts what is requested, holds answers back, breaks connections and replaces scripts. So
// a scenario needs of its browser only what a person does with one, and is the same in every engine.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import { extname, join } from 'node:path'

const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' }

export class Proxy {
  #target
  #server = createServer((request, response) => this.#answer(request, response))
  #down = false
  #held = null
  #underWay = new Set()
  #replaced = new Map()
  /** Requests to the API since the last look, as `GET /api/threads/10`. */
  #requests = []
  /** Every event stream that was asked for, as `{ node, isOpen }`. */
  streams = []

  constructor(target) {
    this.#target = new URL(target)
  }

  async start() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${this.#server.address().port}`
    return this
  }

  close() {
    this.release()
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** Gives this text instead of the script at `path`. */
  replace(path, text) {
    this.#replaced.set(path, text)
  }

  /** Runs this statement before the script at `path`. */
  putBefore(path, statement) {
    this.replace(path, `${statement}\nawait import('${path}?whole')`)
  }

  /** The reads since the last look, sorted, each as often as it was made. */
  reads() {
    const reads = this.#requests.filter(request => request.startsWith('GET ')).sort()
    this.#requests = []
    return reads
  }

  /** The requests since the last look. */
  get count() {
    return this.#requests.length
  }

  get isIdle() {
    return this.#underWay.size === 0
  }

  /** The streams that are open on somebody's node. */
  open(uid) {
    return this.streams.filter(({ node, isOpen }) => isOpen && node === uid).length
  }

  /** Lets reads of the API wait until `release`. */
  hold() {
    let release
    const released = new Promise(resolve => { release = resolve })
    this.#held = { release, released }
  }

  release() {
    this.#held?.release()
    this.#held = null
  }

  /** Breaks every connection, and each new one, until it is up again. */
  down() {
    this.#down = true
    this.#server.closeAllConnections()
  }

  up() {
    this.#down = false
  }

  async #answer(request, response) {
    if (this.#down) return void request.socket.destroy()
    const { pathname, search } = new URL(request.url, this.url)
    if (pathname.startsWith('/dist/')) return this.#file(pathname, response)
    if (!search && this.#replaced.has(pathname)) {
      return void response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' }).end(this.#replaced.get(pathname))
    }
    this.#note(request, pathname, response)
    if (request.method === 'GET' && pathname.startsWith('/api/threads/')) await this.#held?.released
    const { method, headers } = request
    const onward = httpRequest({ host: this.#target.hostname, port: this.#target.port, path: request.url, method, headers }, answer => {
      answer.on('error', () => response.destroy())
      response.writeHead(answer.statusCode, answer.headers)
      response.flushHeaders()
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  }

  #note({ method }, pathname, response) {
    const node = /^\/users\/(\w+)\.json$/.exec(pathname)?.[1]
    if (node) {
      const stream = { node, isOpen: true }
      this.streams.push(stream)
      response.on('close', () => { stream.isOpen = false })
    } else if (/^\/api\/(threads|users|messages)\b/.test(pathname)) {
      this.#requests.push(`${method} ${pathname}`)
      this.#underWay.add(response)
      response.on('close', () => this.#underWay.delete(response))
    }
  }

  /** The package itself, as it is published. */
  async #file(pathname, response) {
    try {
      const body = await readFile(join('.', pathname))
      response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'text/plain' }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  }
}
