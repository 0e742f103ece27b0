// Threads: one, and the inbox, a page at a time.

import Backbone from 'backbone'
import { request } from './api.js'

export class Thread extends Backbone.Model {
  urlRoot() {
    return '/api/threads'
  }

  /** The members but `userId`. */
  others(userId) {
    return (this.get('members') ?? []).filter(member => member.id !== userId)
  }

  /** Says that everything up to message `through` has been read. Shown at once; the server tells the other tabs. */
  markRead(through) {
    this.set('unread', 0)
    return request('POST', `${this.url()}/read`, { through })
  }
}

const PER_PAGE = 8

/** One page of the inbox. Its address holds the page, so that a bare `fetch()` refreshes the page that is shown. */
export class Threads extends Backbone.Collection {
  get model() {
    return Thread
  }

  initialize() {
    this.page = 1
    this.total = 0
  }

  url() {
    return `/api/threads?page=${this.page}&per_page=${PER_PAGE}`
  }

  parse(response) {
    this.total = response.total
    return response.items
  }

  get pages() {
    return Math.max(1, Math.ceil(this.total / PER_PAGE))
  }

  /** Shows another page. What is on screen stays until the new one is there. */
  turnTo(page) {
    this.page = page
    return this.fetch()
  }
}
