// The demo: an inbox that stays in step with the server, by remote-refresh.

import $ from 'jquery'
import Backbone from 'backbone'
import App from 'remote-refresh'
import { onSignedOut, sentence } from './models/api.js'
import { Session } from './models/session.js'
import { Router } from './router.js'
import { seat } from './seat/index.js'
import { Shell } from './views/shell.js'
import { html } from './html.js'
import { notice } from './views/parts.js'

Backbone.$ = $
// Each request counts, and what this tab writes itself it need not fetch.
App.observe(Backbone)
// For the console: `App.Events.on('all', console.log)` shows all that happens.
window.App = App

const session = new Session()
const shell = new Shell({ el: '#app', session }).render()
new Router({ session, shell })

onSignedOut(() => session.close())
seat?.report(session)

start()

async function start() {
  try {
    await session.resume(seat?.as)
    Backbone.history.start()
  } catch (xhr) {
    shell.say(notice('Something is wrong', sentence(xhr),
      html`<button type="button" class="button" data-action="retry">Try again</button>`), start)
  }
}
