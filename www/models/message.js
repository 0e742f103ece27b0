// Messages of a thread, from the newest back as far as was asked for.

import Backbone from 'backbone'
import App from 'remote-refresh'
import { request, uuid } from './api.js'

export class Message extends Backbone.Model {
  urlRoot() {
    return '/api/messages'
  }
}

const STRETCH = 50
/** The most that the server gives at once. */
const MOST = 500

export class Messages extends Backbone.Collection {
  get model() {
    return Message
  }

  initialize(models, { threadId }) {
    this.threadId = threadId
    /** Whether there are earlier messages than those loaded. */
    this.earlier = false
    /** What was sent from here and is not confirmed yet. */
    this.pending = Object.assign(new Backbone.Collection(), { messages: this })
    // A refresh may bring a sent message before its own request has answered.
    this.on('update', () => this.pending.remove(this.pending.filter(sent => this.has(sent))))
  }

  comparator(message) {
    return message.id
  }

  base() {
    return `/api/threads/${this.threadId}/messages`
  }

  /** From the lower edge of what is loaded, so that a bare `fetch()` refreshes all that is shown and no more. */
  url() {
    return this.length ? `${this.base()}?from=${this.first().id}&limit=${MOST}` : `${this.base()}?limit=${STRETCH}`
  }

  parse(response, options) {
    // An answer about an older stretch says nothing of a lower edge that has moved meanwhile.
    if (!options.edge || options.edge === this.first()?.id) this.earlier = response.earlier
    return response.items
  }

  fetch(options) {
    return super.fetch({ edge: this.first()?.id, ...options })
  }

  /** Loads one more stretch further back. */
  fetchEarlier() {
    const edge = this.first()?.id
    return this.fetch({ url: `${this.base()}?before=${edge}&limit=${STRETCH}`, edge, remove: false })
  }

  /** Sends a text. Until the server has it, it is in `pending`. */
  send(body) {
    this.deliver(this.pending.add({ client_id: uuid(), body, state: 'sending' }))
  }

  /** Sends again what failed. The client id makes a message that did arrive stay one. */
  async deliver(sent) {
    sent.set({ state: 'sending', error: null })
    try {
      const { client_id, body } = sent.pick('client_id', 'body')
      this.add(await App.write(this, headers => request('POST', this.base(), { client_id, body }, headers)), { merge: true })
    } catch (xhr) {
      if (!this.has(sent)) sent.set({ state: 'failed', error: xhr })
    }
  }

  has(sent) {
    return Boolean(this.findWhere({ client_id: sent.get('client_id') }))
  }
}
