// One half of /side-by-side: this page in a frame, as a user of its own (`/?seat=left&as=amara`), under a network and a visibility
// that the page around it switches. Everywhere else there is no seat, and nothing here runs.

import { Meter } from './meter.js'
import { Network } from './network.js'
import { hide } from './visibility.js'

/** How slow the API's answers are in a seat, in ms, as by a mobile network: on this machine they would take none. */
const LATENCY = 150

class Seat {
  constructor(name, as) {
    this.name = name
    /** Who sits here first. */
    this.as = as
    /** What goes with each request: the name of the cookie, and how slow the answer shall be. */
    this.headers = { 'X-Seat': name, 'X-Latency': LATENCY }
    this.network = new Network(window)
    // Only the page around this one is listened to, and only if it is ours.
    addEventListener('message', ({ source, origin, data }) => {
      if (source === parent && origin === location.origin) this.obey(data)
    })
  }

  obey({ offline, hidden }) {
    if (typeof offline === 'boolean') this.network.switch(offline)
    if (typeof hidden === 'boolean') hide(hidden)
  }

  /** Tells the page around this one, from now on, who sits here and what is counted. */
  report(session) {
    const meter = new Meter(session, count => parent.postMessage({ seat: this.name, ...count }, location.origin))
    meter.tell()
  }
}

const query = new URLSearchParams(location.search)

/** This page's seat; null for a page that stands alone. */
export const seat = parent !== window && query.has('seat') ? new Seat(query.get('seat'), query.get('as')) : null
