// One of the two: its switches, its counters, its frame.

import { plural } from '../format.js'
import { avatar } from '../views/parts.js'
import { fill, html } from '../html.js'
import { THREAD } from './burst.js'

/** A page that has counted nothing for so long has fetched all that it is going to fetch, in ms. */
const QUIET = 800

export class Pane {
  /** A pane for the page to take in, at a seat (`left`, `right`); `id` is whom its frame signs in as first. */
  constructor({ seat, id, name }) {
    const el = this.el = document.querySelector('template').content.firstElementChild.cloneNode(true)
    el.dataset.seat = seat
    el.dataset.testid = `pane-${seat}`
    this.frame = el.querySelector('iframe')
    this.frame.src = `/?seat=${seat}&as=${id}#threads/${THREAD}`
    this.away = el.querySelector('.pane-away')
    el.querySelector('.pane-who').textContent = name
    this.call(name)
    this.counts = { changes: 0, requests: 0, saved: 0 }
    this.heardAt = 0
    this.switches = { offline: false, hidden: false }
    addEventListener('message', ({ source, origin, data }) => {
      if (source === this.frame.contentWindow && origin === location.origin) this.show(data)
    })
    // A page that was loaded again knows nothing of its switches.
    this.frame.addEventListener('load', () => this.tell())
    el.addEventListener('change', ({ target }) => {
      this.switches[target.dataset.switch] = target.checked
      this.tell()
    })
  }

  tell() {
    const { offline, hidden } = this.switches
    this.frame.contentWindow.postMessage({ offline, hidden }, location.origin)
    this.el.classList.toggle('is-offline', offline)
    this.el.classList.toggle('is-hidden', hidden)
    this.away.hidden = !hidden
  }

  show({ user, feed, changes, requests, saved }) {
    this.counts = { changes, requests, saved }
    this.heardAt = performance.now()
    this.el.dataset.feed = feed
    for (const [name, count] of Object.entries(this.counts)) {
      this.el.querySelector(`[data-count=${name}]`).textContent = count.toLocaleString('en')
    }
    if (user?.id === this.userId) return
    this.userId = user?.id
    this.call(user?.name.split(' ')[0] ?? 'Nobody')
    fill(this.el.querySelector('.pane-name'), user ? html`
      ${avatar(user, 'small')}
      <span class="pane-who">${this.who}<span class="more"> ${user.name.split(' ').slice(1).join(' ')}</span></span>` : html`Nobody`)
  }

  /** Says whose page it is. */
  call(who) {
    this.who = who
    this.el.setAttribute('aria-label', `${who}’s page`)
    this.frame.title = `${who}’s inbox`
  }

  /** Resolves once the page counts nothing more. */
  async settled() {
    const begun = performance.now()
    while (performance.now() - Math.max(this.heardAt, begun) < QUIET) await new Promise(resolve => setTimeout(resolve, 100))
  }

  /** What has been counted since `before`, in words. */
  sentence(before) {
    if (this.switches.offline) return `${this.who} is offline and will catch up.`
    const { changes, requests, saved } = this.counts
    const [heard, made] = [changes - before.changes, requests - before.requests]
    if (this.switches.hidden) return `${this.who} has heard of ${plural(heard, 'change', 'changes')} and fetches once when looking.`
    return `${this.who}: ${plural(heard, 'change', 'changes')}, ${plural(made, 'request', 'requests')} instead of ${made + saved - before.saved}.`
  }
}
