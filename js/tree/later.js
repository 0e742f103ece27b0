// Runs code in a later task, after the input and the frame that the browser has waiting.

/** Calls `act` in a later task. `scheduler.yield` where there is one; a message, which no browser delays as it does timers. */
export function later(act) {
  const { scheduler } = globalThis
  if (typeof scheduler?.yield === 'function') {
    scheduler.yield().then(act)
    return
  }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    // Node stays up for as long as a port is open.
    port1.close()
    act()
  }
  port2.postMessage(undefined)
}
