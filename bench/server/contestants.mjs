// The contestants: how each is started, listened to and written to. All send their listeners the same text.
//
// A contestant gives `version()`, which is undefined where it is not installed, and `start({ folder, streams })`, which gives
//   pids()              the processes that are measured
//   streamsAt, path(n)  where user n's stream is
//   publishAt, request  where to write, and the request that does: {user}, {seq} and {length} are replaced
//   stop()

import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { patches, readChange } from '../../js/server/change.js'
import { family, freePort, start, stop, until } from './processes.mjs'

/** What a peer's listener gets: the text that ours sends for a `remoteRefresh` of one record. */
const text = JSON.stringify({
  path: '/',
  data: { updated: 1790000000000, version: '{seq}', origin: null, spread: null, 'models/Message/version': 1, 'models/Message/op': 'added', 'models/Message/id': 'm1' },
}).replace('"{seq}"', '{seq}')

const post = (path, body, headers = '') => `POST ${path} HTTP/1.1\nhost: bench\ncontent-type: application/json\n${headers}content-length: {length}\n\n${body}\n`

/** The version of a Debian package, if it is installed. */
function packageVersion(name) {
  try {
    return execFileSync('dpkg-query', ['--show', '--showformat=${Version}', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) || undefined
  } catch {
    return undefined
  }
}

/** Whether something answers there, with this status if one is given. */
const answers = (address, status) => async () => {
  const enough = new AbortController()
  try {
    const response = await fetch(`http://${address}`, { signal: AbortSignal.any([AbortSignal.timeout(1000), enough.signal]) })
    return status === undefined || response.status === status
  } catch {
    return false
  } finally {
    enough.abort()
  }
}

/** Ours: the notifier's own PATCH, durable before it is answered unless a flag says otherwise; each user with a token of their own. */
export function ours(program, flags = []) {
  const secret = 'bench-secret'
  const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = uid => {
    const iat = Math.floor(Date.now() / 1000)
    const signed = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode({ v: 0, d: { uid }, iat, exp: iat + 3600 })}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  const [{ body }] = patches([['u{user}', readChange({ models: { Message: { op: 'added', id: 'm1' } } }, [])]], 1, Infinity)
  return {
    version: () => 'this tree',
    async start({ folder, streams }) {
      const args = ['--listen', '127.0.0.1:0', '--data', `${folder}/feed.redb`, '--max-streams-per-user', String(streams + 1), ...flags]
      const server = start(program, args, { env: { REMOTE_REFRESH_SECRET: secret, RUST_LOG: 'warn' } })
      const [, at] = await until('listening', () => /listening on http:\/\/(\S+)/.exec(server.heard), server)
      return {
        pids: () => [server.child.pid],
        streamsAt: at,
        path: n => `/users/u${n}.json?auth=${token(`u${n}`)}`,
        publishAt: at,
        request: post(`/.json?print=silent&auth=${secret}`, body).replace('POST', 'PATCH'),
        stop: () => stop(server),
      }
    },
  }
}

/** nchan, a module of nginx: channels in shared memory, each with its last message, as ours keeps the last value. */
export const nchan = {
  install: 'apt-get install nginx libnginx-mod-nchan',
  version: () => {
    const [nginx, module] = ['nginx', 'libnginx-mod-nchan'].map(packageVersion)
    return nginx && module && `${module} in nginx ${nginx}`
  },
  start: ({ folder, streams }) => nginx({ folder, streams, store: 'nchan_shared_memory_size 512M;', pass: '' }),
}

/** nchan with its messages in Redis, which syncs each write to disk before it answers: what ours promises. */
export const nchanOnDisk = {
  install: 'apt-get install nginx libnginx-mod-nchan redis-server',
  version: () => {
    const redis = packageVersion('redis-server')
    return redis && nchan.version() && `redis ${redis}`
  },
  async start({ folder, streams }) {
    const port = await freePort()
    const settings = { port, bind: '127.0.0.1', dir: folder, appendonly: 'yes', appendfsync: 'always', save: '', maxclients: 100 }
    const redis = start('redis-server', Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]))
    await until('Redis is ready', () => redis.heard.includes('Ready to accept connections'), redis)
    const store = `upstream redis { nchan_redis_server redis://127.0.0.1:${port}; nchan_redis_storage_mode distributed; }`
    const running = await nginx({ folder, streams, store, pass: 'nchan_redis_pass redis;' }).catch(async error => {
      await stop(redis)
      throw error
    })
    return {
      ...running,
      pids: () => [...running.pids(), redis.child.pid],
      stop: () => running.stop().then(() => stop(redis)),
    }
  },
}

/** nginx with nchan; `store` says where messages are kept, and `pass` goes into each location. */
async function nginx({ folder, streams, store, pass }) {
  const at = `127.0.0.1:${await freePort()}`
  const config = `${folder}/nginx.conf`
  writeFileSync(config, `
    load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
    daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; ${process.getuid() === 0 ? 'user root;' : ''}
    worker_processes auto; worker_rlimit_nofile ${streams * 2 + 2000};
    events { worker_connections ${streams + 2000}; }
    http {
      access_log off; tcp_nodelay on; keepalive_requests 1000000000;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      ${store}
      server {
        listen ${at} backlog=4096;
        location ~ ^/stream/(u\\d+)$ { nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message newest; ${pass} }
        location ~ ^/publish/(u\\d+)$ { nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 1; ${pass} }
        location / { return 204; }
      }
    }`)
  const server = start('nginx', ['-c', config, '-p', folder])
  await until('listening', answers(at), server)
  return {
    pids: () => family(server.child.pid),
    streamsAt: at,
    path: n => `/stream/u${n}`,
    publishAt: at,
    request: post('/publish/u{user}', text, 'x-eventsource-event: patch\n'),
    stop: () => stop(server),
  }
}

/**
 * pushpin: a proxy that holds the answers of an origin, which says for each request which channel it is of; keeps nothing. Its limit
 * of messages a second is off: with any, even one never reached, events wait for up to a second.
 */
export const pushpin = {
  install: 'apt-get install pushpin',
  version: () => packageVersion('pushpin'),
  async start({ folder, streams }) {
    const [port, publishPort] = [await freePort(), await freePort()]
    const origin = createServer((request, response) => {
      const channel = request.url.split('/').pop()
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'grip-hold': 'stream', 'grip-channel': channel }).end()
    })
    await new Promise(resolve => origin.listen(0, '127.0.0.1', resolve))
    mkdirSync(`${folder}/run`)
    mkdirSync(`${folder}/log`)
    const here = (name, text) => (writeFileSync(`${folder}/${name}`, text), `${folder}/${name}`)
    const zurlConfig = here('zurl.conf', readFileSync('/etc/zurl.conf', 'utf8').replaceAll('/var/run/zurl/', `${folder}/run/`).replace(/^deny=.*$/m, 'deny='))
    const internal = here('internal.conf', readFileSync('/usr/lib/pushpin/internal.conf', 'utf8').replaceAll('/var/run/zurl/', `${folder}/run/`))
    const routes = here('routes', `* 127.0.0.1:${origin.address().port}\n`)
    const config = here('pushpin.conf', `[global]
include=${internal}
rundir=${folder}/run
ipc_prefix=pushpin-
[runner]
services=condure,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:${port}
logdir=${folder}/log
log_level=1
client_buffer_size=8192
client_maxconn=${streams + 2000}
condure_bin=condure
[proxy]
routesfile=${routes}
updates_check=off
sig_key=bench
[handler]
push_in_spec=ipc://${folder}/run/push-in
push_in_sub_specs=ipc://${folder}/run/push-in-sub
push_in_http_addr=127.0.0.1
push_in_http_port=${publishPort}
command_spec=ipc://${folder}/run/command
stats_spec=ipc://${folder}/run/stats
message_rate=0
message_hwm=1000000
`)
    const zurl = start('zurl', [`--config=${zurlConfig}`])
    const server = start('pushpin', [`--config=${config}`, '--loglevel=1'])
    await until('listening', answers(`127.0.0.1:${publishPort}`), server)
    // Its parts find each other some time after they listen.
    await until('a stream', answers(`127.0.0.1:${port}/stream/u0`, 200), server)
    const event = `event: patch\ndata: ${text}\n\n`
    const message = { items: [{ channel: 'u{user}', formats: { 'http-stream': { content: event } } }] }
    return {
      // zurl only fetches from the origin: it is not needed once a stream is there.
      pids: () => family(server.child.pid),
      streamsAt: `127.0.0.1:${port}`,
      path: n => `/stream/u${n}`,
      publishAt: `127.0.0.1:${publishPort}`,
      request: post('/publish/', JSON.stringify(message)),
      async stop() {
        await Promise.all([stop(server), stop(zurl)])
        origin.closeAllConnections()
        await new Promise(resolve => origin.close(resolve))
      },
    }
  },
}
