// Real time, whatever a virtual clock has done to the timers.

const { setTimeout, clearTimeout, setImmediate } = globalThis

/** Lets everything run that waits for nothing but its turn: promises' reactions, and what they cause. */
export const turn = () => new Promise(resolve => (setImmediate ? setImmediate(() => setImmediate(resolve)) : setTimeout(() => setTimeout(resolve))))

/** Gives a promise's result, or rejects with what `late` makes after that many milliseconds. */
export function within(ms, promise, late) {
  let timer
  const limit = new Promise((_, reject) => { timer = setTimeout(() => reject(late()), ms) })
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer))
}
