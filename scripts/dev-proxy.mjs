// What the browser talks to under `npm run dev`: passes everything on to the demo server, whichever is running, and adds
// scripts/dev-page.js to HTML pages. So dist/ is what it always is, and a page says what is wrong even when no server runs.
import { createServer, request as httpRequest } from 'node:http'
import { readFileSync } from 'node:fs'

const SCRIPT = readFileSync(new URL('dev-page.js', import.meta.url))

/** What a page shows that was asked for when there is no server to answer. */
const EMPTY = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>npm run dev</title></head><body></body></html>'

/** The longest an event stream is silent, in ms: what is between it and the browser may cut it otherwise. */
const KEEP_ALIVE = 20_000

export class Proxy {
  /** The demo server's port; undefined while none is running. */
  port
  /**
   * What pages are told: `state` is building, failed or done; `number` counts the builds that ended well, from the time on: a page of
   * an earlier run is none of this one's.
   */
  #news = { state: 'building', number: Date.now(), text: 'building …' }
  #pages = new Set()
  #server = createServer((request, response) => this.#answer(request, response))

  /** Listens; throws what Node throws if it can't, such as EADDRINUSE. Returns the port. */
  async listen(port, host) {
    await new Promise((done, failed) => this.#server.once('error', failed).listen(port, host, done))
    return this.#server.address().port
  }

  /** Ends every connection. */
  close() {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** Tells every page, now and when it asks, and returns how many are open. A build that is done is the next one. */
  tell(state, text = '') {
    this.#news = { state, number: this.#news.number + (state === 'done'), text }
    for (const page of this.#pages) this.#send(page)
    return this.#pages.size
  }

  #send(page) {
    page.write(`data: ${JSON.stringify(this.#news)}\n\n`)
  }

  #answer(request, response) {
    if (request.url === '/__dev/events') return this.#follow(response)
    if (request.url === '/__dev/page.js') {
      return response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' }).end(SCRIPT)
    }
    const wantsPage = request.method === 'GET' && /text\/html/.test(request.headers.accept ?? '')
    if (!this.port) return this.#nobody(wantsPage, response)
    const headers = { ...request.headers }
    // A page is changed on its way: it must come whole and plain, and 304 would mean one of another build.
    if (wantsPage) for (const name of ['accept-encoding', 'if-none-match', 'if-modified-since']) delete headers[name]
    const { url: path, method } = request
    const onward = httpRequest({ host: '127.0.0.1', port: this.port, method, path, headers }, answer => this.#pass(answer, response))
    onward.on('error', () => (response.headersSent ? response.destroy() : this.#nobody(wantsPage, response)))
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  }

  async #pass(answer, response) {
    // One that breaks on its way breaks for the browser too.
    answer.on('error', () => response.destroy())
    if (!/^text\/html/.test(answer.headers['content-type'] ?? '')) {
      response.writeHead(answer.statusCode, answer.headers)
      response.flushHeaders()
      return answer.pipe(response)
    }
    const chunks = []
    answer.on('data', chunk => chunks.push(chunk))
    answer.on('end', () => this.#page(response, answer.statusCode, answer.headers, Buffer.concat(chunks).toString()))
  }

  #page(response, status, { 'content-length': _length, etag: _etag, 'last-modified': _time, ...headers }, html) {
    const script = `<script src="/__dev/page.js" data-build="${this.#news.number}"></script>`
    const body = html.includes('<head>') ? html.replace('<head>', () => `<head>${script}`) : script + html
    response.writeHead(status, { ...headers, 'cache-control': 'no-store' }).end(body)
  }

  #nobody(wantsPage, response) {
    if (wantsPage) return this.#page(response, 503, { 'content-type': 'text/html' }, EMPTY)
    response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('The demo server is not running: see the terminal.\n')
  }

  #follow(response) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('retry: 1000\n\n')
    this.#send(response)
    this.#pages.add(response)
    const timer = setInterval(() => response.write(':\n\n'), KEEP_ALIVE)
    response.on('close', () => {
      clearInterval(timer)
      this.#pages.delete(response)
    })
  }
}
