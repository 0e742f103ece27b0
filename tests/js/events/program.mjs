// Random programs for a bus: which calls, with which arguments, and what the handlers do when they are called.
//
// A program is plain data, so that it can be printed, run on two buses, and shrunk:
//
//   emitters   what each of the objects is: `own` (the bus under test), `other` (always Backbone's), `child` (made with the
//              first object as its prototype)
//   calls      the calls at the top: { method, on, args }; an argument that is an object in the world is { ref: 'emitter1' }
//   handlers   for each handler the calls it makes, of which { method: 'throw' } ends it

/** A small random number generator (mulberry32): the same numbers for the same seed, everywhere. */
export function random(seed) {
  let state = seed >>> 0
  return n => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const plain = ['a', 'b', 'c', 'all']
const names = [...plain, ...plain, ...plain, 'a b', 'b all', 'a a', ' a  c ', 'a\tb\nc', '', 'change:a', 'model-added-of-type-A']
const strange = [{ undefined: true }, null, 7, 0]
const handlerCount = 5

/** The program of this seed. */
export function program(seed) {
  const next = random(seed)
  const pick = list => list[next(list.length)]
  const chance = percent => next(100) < percent

  const emitters = ['own', 'own', pick(['own', 'other', 'child']), pick(['own', 'other'])]
  const emitter = () => ({ ref: `emitter${chance(40) ? 0 : next(emitters.length)}` })
  /** One that listens or is listened to: neither child nor parent, of which Backbone takes one for the other at times. */
  const party = () => {
    const found = emitter()
    return emitters.includes('child') && ['emitter0', 'emitter2'].includes(found.ref) ? { ref: 'emitter1' } : found
  }
  const nothing = () => pick([null, { undefined: true }])
  const name = () => (chance(4) ? pick(strange) : pick(names))
  const handler = () => ({ ref: `handler${next(handlerCount)}` })
  const callback = () => (chance(4) ? nothing() : chance(2) ? 'not a function' : handler())
  const context = () => (chance(60) ? { undefined: true } : pick([emitter(), { ref: 'context0' }, { ref: 'context1' }, null, 0]))
  const map = (value, least = 0) => Object.fromEntries(Array.from({ length: least + next(4 - least) }, () => [pick(names), value()]))
  /** Leaves out missing arguments at the end, mostly: code may look at `arguments.length`. */
  const trimmed = args => {
    while (args.length && args.at(-1)?.undefined && chance(80)) args.pop()
    return args
  }
  const missing = (percent, make) => (chance(percent) ? nothing() : make())

  const makers = {
    on: () => (chance(15) ? [map(callback), context(), context()] : [name(), callback(), context()]),
    once: () => (chance(15) ? [map(callback), context(), context()] : [name(), callback(), context()]),
    off: () => (chance(10) ? [map(callback), context()] : [missing(15, name), missing(25, callback), context()]),
    // With no callback, Backbone's emitter keeps the listener: the one difference that is not to be seen here.
    listenTo: () => [missing(3, party), ...(chance(15) ? [map(handler, 1)] : [name(), handler()])],
    listenToOnce: () => [missing(3, party), ...(chance(15) ? [map(handler, 1)] : [name(), handler()])],
    stopListening: () => (chance(10) ? [party(), map(callback)] : [missing(20, party), missing(30, name), missing(30, callback)]),
    trigger: () => [chance(5) ? map(() => 1) : name(), ...Array.from({ length: next(6) }, (_, i) => i)],
  }
  const methods = ['on', 'on', 'on', 'once', 'off', 'off', 'listenTo', 'listenTo', 'listenToOnce', 'stopListening', 'trigger', 'trigger', 'trigger']
  const aliases = { on: 'bind', off: 'unbind', trigger: 'emit' }

  const call = () => {
    const method = pick(methods)
    const args = chance(2) && !method.startsWith('listen') ? [] : trimmed(makers[method]())
    return { method: (chance(10) && aliases[method]) || method, on: (/listen/i.test(method) ? party() : emitter()).ref, args }
  }
  const calls = most => Array.from({ length: next(most + 1) }, call)
  const handlers = Array.from({ length: handlerCount }, () => {
    const does = chance(50) ? calls(2) : []
    return chance(6) ? [...does, { method: 'throw' }] : does
  })
  return { emitters, calls: [...calls(14), ...calls(14), { method: 'trigger', on: 'emitter0', args: ['a b c', 1] }], handlers }
}

/** Every program that is a little smaller: the first that still fails is the next to make smaller. */
export function* smaller({ emitters, calls, handlers }) {
  for (const shorter of shortened(calls)) yield { emitters, calls: shorter, handlers }
  for (let i = 0; i < handlers.length; i++) {
    for (const shorter of shortened(handlers[i])) yield { emitters, calls, handlers: handlers.with(i, shorter) }
  }
  for (let i = 0; i < emitters.length; i++) {
    if (emitters[i] !== 'own') yield { emitters: emitters.with(i, 'own'), calls, handlers }
  }
}

function* shortened(calls) {
  for (let size = calls.length; size >= 1; size = size >> 1) {
    for (let i = 0; i + size <= calls.length; i += size) yield calls.toSpliced(i, size)
  }
  for (let i = 0; i < calls.length; i++) {
    const { args, method } = calls[i]
    if (!args || method.startsWith('listen')) continue
    const change = args => calls.with(i, { ...calls[i], args })
    if (args.length) yield change(args.slice(0, -1))
    for (let k = 0; k < args.length; k++) {
      const arg = args[k]
      if (typeof arg === 'string' && arg.length > 1) yield change(args.with(k, arg.trim().split(/\s+/)[0].slice(0, 1) || 'a'))
      if (arg && typeof arg === 'object' && !arg.ref && !arg.undefined) {
        for (const key of Object.keys(arg)) {
          const { [key]: _, ...rest } = arg
          yield change(args.with(k, rest))
        }
      }
    }
  }
}
