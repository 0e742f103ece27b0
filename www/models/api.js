// How the models reach the server: jQuery's ajax through Backbone.sync, and what its errors mean in words.

import $ from 'jquery'
import Backbone from 'backbone'
import App from 'remote-refresh'
import { seat } from '../seat/index.js'

// The server passes this tab's id on as the origin of the changes that this tab makes.
$.ajaxSetup({ headers: { 'X-Client-Id': App.clientId, ...seat?.headers } })

/** A JSON request that is no model's. Returns a promise of the answer. */
export function request(method, url, body, headers) {
  return Backbone.ajax({
    method,
    url,
    headers,
    contentType: 'application/json',
    dataType: 'json',
    data: body === undefined ? undefined : JSON.stringify(body),
  })
}

/** What went wrong, as a sentence for people. */
export function sentence(xhr) {
  const message = xhr?.responseJSON?.error?.message
  if (message) return message
  return xhr?.status ? `The server answered ${xhr.status}.` : 'The server cannot be reached. Are you online?'
}

/** Calls `handler` whenever the server says that nobody is signed in. */
export function onSignedOut(handler) {
  $(document).on('ajaxError', (event, xhr, settings) => {
    if (xhr.status === 401 && !settings.url.startsWith('/api/session')) handler()
  })
}

/** A random id; `crypto.randomUUID` exists on secure origins only, and a demo is also opened by its address in a LAN. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
