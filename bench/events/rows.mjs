// What is measured.
//
// Each contestant's loop is a function of its own, made from text: then the engine can make the best of each, and none
// suffers from what it learned about another. `sum` is what the handlers have seen; each turn is checked by it.

const loop = (handler, setup, body) =>
  new Function('e', 'create', `
    let sum = 0
    const handlers = Array.from({ length: 1000 }, () => ${handler})
    const f = handlers[0]
    ${setup}
    return { run(n) { sum = 0; for (let i = 0; i < n; i++) { ${body} } }, sum: () => sum }`)

/** By the number of arguments. Handlers take those they get: one that is passed too few or too many is slower to call. */
const handlers = {
  0: '() => { sum += 1 }',
  1: 'a => { sum += a }',
  3: '(a, b, c) => { sum += a + b - c + 1 }',
}
const args = { 0: [], 1: ['1'], 3: ['1', '2', '3'] }

/** An entry (see ../lib/rounds.mjs) whose handlers must have added up to `each` for one operation. */
function entry(bus, each, setup, body, handler = handlers[1]) {
  const { run, sum } = loop(handler, setup, body)(bus.create(), bus.create)
  const check = n => {
    if (sum() !== n * each) throw new Error(`${bus.name}: expected ${n * each}, the handlers saw ${sum()}`)
  }
  return { run, check }
}

const add = (bus, count, from = 0) => `for (let i = ${from}; i < ${from + count}; i++) ${bus.on('change', 'handlers[i]')}`

function triggerRows() {
  return [0, 1, 3].flatMap(count => [1, 3, 10, 100].map(size => ({
    name: `trigger, ${count} arguments, ${size} handlers`.replace(/\b1 (\w+)s\b/g, '1 $1'),
    kind: 'trigger',
    enter(bus) {
      const body = bus.trigger?.('change', args[count])
      return body && entry(bus, size, add(bus, size), body, handlers[count])
    },
  })))
}

/** Handlers come and go among others; the last that came goes. */
const churn = (name, others, f = 'f') => ({
  name,
  enter(bus) {
    const turn = bus.turn?.('change', f) ?? `${bus.on('change', f)}; ${bus.off('change', f)}`
    return entry(bus, 0, add(bus, others, 1), f === 'f' ? turn : `const ${f} = a => { sum += a }; ${turn}`)
  },
})

export const rows = [
  ...triggerRows(),
  {
    name: 'trigger, no handler at all',
    kind: 'trigger',
    enter: bus => bus.trigger && entry(bus, 0, '', bus.trigger('change', ['1'])),
  },
  {
    name: 'trigger, only other handlers',
    kind: 'trigger',
    enter: bus => bus.trigger && entry(bus, 0, add(bus, 3), bus.trigger('model-changed-of-type-Message', ['1'])),
  },
  {
    name: 'all: one handler of all',
    enter: bus => bus.all && entry(bus, 1, bus.all('(name, a) => { sum += a }'), bus.trigger('change', ['1'])),
  },
  {
    name: 'all: and one of the name',
    enter: bus => bus.all && entry(bus, 2, `${bus.all('(name, a) => { sum += a }')}; ${add(bus, 1)}`, bus.trigger('change', ['1'])),
  },
  {
    name: 'once + trigger',
    enter: bus => bus.once && entry(bus, 1, '', `${bus.once('change', 'f')}; ${bus.trigger('change', ['1'])}`),
  },
  churn('on + off, the only handler', 0),
  churn('on + off, a new function', 0, 'fresh'),
  churn('on + off, among 10', 10),
  churn('on + off, among 100', 100),
  {
    name: 'on + off(name), 100 handlers',
    enter: bus => bus.listens && entry(bus, 0, '', `${add(bus, 100)}; e.off('change')`),
  },
  {
    name: 'on + off(null, null, context), among 100',
    enter: bus => bus.listens && entry(bus, 0, `const context = {}; ${add(bus, 100)}`, `e.on('change', f, context); e.off(null, null, context)`),
  },
  {
    name: 'create + on',
    enter: bus => entry(bus, 0, 'let last', `last = create(); last.on('change', f)`),
  },
  {
    // As models and views have them. What can't be inherited from is left out.
    name: 'create + on, methods inherited',
    enter: bus => bus.listens && entry(bus, 0, 'class Model {} Object.assign(Model.prototype, create()); let last', `last = new Model(); last.on('change', f)`),
  },
  {
    name: '1,000 names: on, trigger, off',
    enter: bus => bus.emits && entry(bus, 1000, 'const names = Array.from({ length: 1000 }, (_, i) => `change:${i}`)',
      `for (const name of names) e.on(name, f); for (const name of names) e.${bus.emits}(name, 1); for (const name of names) e.off(name, f)`),
  },
  {
    name: 'one listens to 1,000 objects, stops',
    enter: bus => bus.listens && entry(bus, 0, 'const objects = Array.from({ length: 1000 }, create)',
      `for (const object of objects) e.listenTo(object, 'change', f); e.stopListening()`),
  },
  {
    name: '1,000 objects listen to one, stop',
    enter: bus => bus.listens && entry(bus, 0, 'const objects = Array.from({ length: 1000 }, create)',
      `for (const object of objects) object.listenTo(e, 'change', f); for (const object of objects) object.stopListening()`),
  },
  {
    // Each view has a model of its own; all share a collection.
    name: 'a mixed day: 1,000 views, 10,000 triggers',
    enter: bus => bus.listens && entry(bus, 20_000, 'const models = Array.from({ length: 1000 }, create)', `
      const collection = create()
      const views = models.map(model => create().listenTo(model, 'change remove', f).listenTo(collection, 'reset', f))
      for (let k = 0; k < 10; k++) for (const model of models) model.trigger('change', 1)
      for (let k = 0; k < 10; k++) collection.trigger('reset', 1)
      for (const view of views) view.stopListening()`),
  },
]
