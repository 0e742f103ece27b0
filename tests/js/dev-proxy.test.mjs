// `npm run dev`: what is between the browser and the demo server, and what it tells pages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Proxy } from '../../scripts/dev-proxy.mjs'
import { startServer } from './support/http.mjs'

const PAGE = { headers: { accept: 'text/html', 'accept-encoding': 'gzip', 'if-none-match': '"1"' } }

async function world(t, answer) {
  const proxy = new Proxy()
  const port = await proxy.listen(0, '127.0.0.1')
  t.after(() => proxy.close())
  if (answer) proxy.port = new URL((await startServer(answer)).url).port
  return { proxy, url: `http://127.0.0.1:${port}` }
}

/** The messages of an event stream, as they come. */
async function* messages(url) {
  const ending = new AbortController()
  const { body } = await fetch(`${url}/__dev/events`, { signal: ending.signal })
  try {
    let text = ''
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        if (text.startsWith('data: ')) yield JSON.parse(text.slice(6, end))
      }
    }
  } finally {
    ending.abort()
  }
}

test('a page gets the script first of all in its head, and is never taken from a cache', async t => {
  const asked = []
  const { url } = await world(t, (request, response) => {
    asked.push(request.headers)
    const html = '<html><head><title>$&</title></head></html>'
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', etag: '"1"', 'content-length': html.length }).end(html)
  })
  const response = await fetch(`${url}/`, PAGE)
  assert.match(await response.text(), /^<html><head><script src="\/__dev\/page\.js" data-build="\d+"><\/script><title>\$&<\/title><\/head><\/html>$/)
  assert.deepEqual([response.headers.get('cache-control'), response.headers.get('etag')], ['no-store', null])
  assert.deepEqual([asked[0]['if-none-match'], asked[0]['accept-encoding']], [undefined, undefined])
})

test('what is no page passes as it is, both ways', async t => {
  const { url } = await world(t, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    response.writeHead(201, { 'content-type': 'application/json', 'x-host': request.headers.host })
    response.end(`${request.method} ${request.url} ${body}`)
  })
  const response = await fetch(`${url}/api/x?y=1`, { method: 'POST', body: '<head>' })
  assert.deepEqual([response.status, await response.text()], [201, 'POST /api/x?y=1 <head>'])
  assert.equal(`http://${response.headers.get('x-host')}`, url)
})

test('a stream passes piece by piece', async t => {
  let stream
  const { url } = await world(t, (_request, response) => {
    stream = response
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
  })
  const reader = (await fetch(url)).body.pipeThrough(new TextDecoderStream()).getReader()
  for (const piece of ['data: 1\n\n', 'data: 2\n\n']) {
    stream.write(piece)
    assert.equal((await reader.read()).value, piece)
  }
  stream.end()
  assert.equal((await reader.read()).done, true)
})

test('without a server a page is empty but for the script, and all else is refused', async t => {
  const { url } = await world(t)
  const page = await fetch(`${url}/`, PAGE)
  assert.equal(page.status, 503)
  assert.match(await page.text(), /<script src="\/__dev\/page\.js"/)
  const other = await fetch(`${url}/api/session`)
  assert.deepEqual([other.status, other.headers.get('retry-after')], [503, '1'])
})

test('a page hears at once how things are, and then what changes; only a build that ended well is a new one', async t => {
  const { proxy, url } = await world(t)
  const heard = messages(url)
  const { value: first } = await heard.next()
  assert.equal(first.state, 'building')
  proxy.tell('failed', 'expected `;`')
  assert.deepEqual((await heard.next()).value, { state: 'failed', number: first.number, text: 'expected `;`' })
  assert.equal(proxy.tell('done'), 1)
  assert.deepEqual((await heard.next()).value, { state: 'done', number: first.number + 1, text: '' })
  const page = await (await fetch(`${url}/`, PAGE)).text()
  assert.match(page, new RegExp(`data-build="${first.number + 1}"`))
  await heard.return()
})
