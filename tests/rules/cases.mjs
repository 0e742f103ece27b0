// Random rules, data and operations, from a seed. Expressions are built by type, so that nearly all are accepted and much
// of what they ask about is there; a part of the comparisons is between things of different kinds on purpose.

// A small generator with a seed (mulberry32): the same seed makes the same cases.
export const random = seed => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = n => Math.floor(next() * n)
  return { below, chance: p => next() < p, pick: list => list[below(list.length)] }
}

const KEYS = ['a', 'b', 'users', 'u1', '10']
const TEXTS = ['u1', 'a', 'b', 'abc', 'ab', 'u1@x.org', '', 'Öl']
const NUMBERS = [0, 1, 2, 10, 1.5, -3]
const PATTERNS = ['/^a/', '/b$/', '/^u[0-9]$/', '/^[a-c]+$/i', '/.+@.+\\.org/', '/a|b/']

// A generator of cases; `names` are the wildcards that are in scope.
export const generator = seed => {
  const { below, chance, pick } = random(seed)
  const text = value => `'${value}'`

  const snapshot = (scope, depth) => {
    const bases = scope.writes ? ['data', 'newData', 'root'] : ['data', 'root']
    let expression = pick(bases)
    for (let i = below(3); i > 0; i--) {
      expression += chance(0.2) && depth > 0 && expression !== 'root' ? '.parent()' : `.child(${name(scope, depth - 1)})`
    }
    return expression
  }
  const name = (scope, depth) => {
    if (scope.names.length && chance(0.25)) return pick(scope.names)
    if (depth > 0 && chance(0.05)) return 'auth.uid'
    return text(chance(0.15) ? `${pick(KEYS)}/${pick(KEYS)}` : pick(KEYS))
  }
  const string = (scope, depth) => {
    if (depth <= 0) return scope.names.length && chance(0.4) ? pick(scope.names) : text(pick(TEXTS))
    switch (below(6)) {
      case 0: return `${string(scope, depth - 1)}.toLowerCase()`
      case 1: return `${string(scope, depth - 1)}.toUpperCase()`
      case 2: return `${string(scope, depth - 1)}.replace(${text(pick(['a', 'b', 'u']))}, ${text(pick(TEXTS))})`
      case 3: return `(${string(scope, depth - 1)} + ${chance(0.5) ? number(scope, depth - 1) : string(scope, depth - 1)})`
      default: return string(scope, 0)
    }
  }
  const number = (scope, depth) => {
    if (depth <= 0) return chance(0.2) ? 'now' : `${pick(NUMBERS.filter(n => n >= 0))}`
    switch (below(5)) {
      case 0: return `(${number(scope, depth - 1)} ${pick(['+', '-', '*', '/', '%'])} ${number(scope, depth - 1)})`
      case 1: return `-${number(scope, 0)}`
      case 2: return `${string(scope, depth - 1)}.length`
      default: return number(scope, 0)
    }
  }
  // Something whose type is known only when it runs.
  const fuzzy = (scope, depth) => pick([
    () => `${snapshot(scope, depth)}.val()`,
    () => `${snapshot(scope, depth)}.val()`,
    () => `${snapshot(scope, depth)}.getPriority()`,
    () => pick(['auth.uid', 'auth.token.role', 'auth.token.n', 'auth.token.ok', 'auth.nothing.at.all', "auth['uid']", 'auth', 'auth.token'])
  ])()
  const value = (scope, depth) => pick([fuzzy, fuzzy, string, number, () => pick(['true', 'false', 'null'])])(scope, depth)
  const boolean = (scope, depth) => {
    if (depth <= 0) return pick(['true', 'false', 'auth != null', 'auth == null', 'data.exists()'])
    const deeper = depth - 1
    return pick([
      () => `(${boolean(scope, deeper)} && ${boolean(scope, deeper)})`,
      () => `(${boolean(scope, deeper)} || ${boolean(scope, deeper)})`,
      () => `!${boolean(scope, 0)}`,
      () => `!(${boolean(scope, deeper)})`,
      () => `${value(scope, deeper)} ${pick(['==', '!=', '===', '!=='])} ${value(scope, deeper)}`,
      () => `${fuzzy(scope, deeper)} ${pick(['<', '<=', '>', '>='])} ${chance(0.5) ? number(scope, deeper) : string(scope, deeper)}`,
      () => `${number(scope, deeper)} ${pick(['<', '<=', '>', '>='])} ${number(scope, deeper)}`,
      () => `${string(scope, deeper)} ${pick(['<', '>='])} ${string(scope, deeper)}`,
      () => `${snapshot(scope, deeper)}.exists()`,
      () => `${snapshot(scope, deeper)}.${pick(['isString', 'isNumber', 'isBoolean', 'hasChildren'])}()`,
      () => `${snapshot(scope, deeper)}.hasChild(${name(scope, deeper)})`,
      () => `${snapshot(scope, deeper)}.hasChildren([${name(scope, deeper)}, ${name(scope, deeper)}])`,
      () => `${string(scope, deeper)}.${pick(['contains', 'beginsWith', 'endsWith'])}(${string(scope, deeper)})`,
      () => `${snapshot(scope, deeper)}.val().${pick(['contains', 'beginsWith'])}(${string(scope, deeper)})`,
      () => `auth.uid.matches(${pick(PATTERNS)})`,
      () => `${string(scope, deeper)}.matches(${pick(PATTERNS)})`,
      () => `(${boolean(scope, deeper)} ? ${boolean(scope, deeper)} : ${boolean(scope, deeper)})`,
      () => `(${boolean(scope, deeper)} ? ${value(scope, deeper)} : ${value(scope, deeper)}) == ${value(scope, deeper)}`,
      // Not accepted, or only sometimes: both must agree on that too.
      () => (chance(0.15) ? fuzzy(scope, deeper) : boolean(scope, deeper)),
      () => (chance(0.1) ? `!${fuzzy(scope, 0)}` : boolean(scope, 0)),
      () => (chance(0.2) ? `${value(scope, deeper)} > ${value(scope, deeper)}` : boolean(scope, deeper))
    ])()
  }

  const rule = (names, writes) => (chance(0.25) ? chance(0.75) : boolean({ names, writes }, 1 + below(3)))
  const rules = (depth, names) => {
    const node = {}
    if (chance(0.35)) node['.read'] = rule(names, false)
    if (chance(0.4)) node['.write'] = rule(names, true)
    if (chance(0.25)) node['.validate'] = rule(names, true)
    if (depth === 0) return node
    for (const key of KEYS) if (chance(0.25)) node[key] = rules(depth - 1, names)
    if (chance(0.6)) {
      const wildcard = `$w${depth}`
      node[wildcard] = rules(depth - 1, [...names, wildcard])
    }
    return node
  }

  const leaf = () => {
    const plain = pick([() => pick(TEXTS), () => pick(NUMBERS), () => chance(0.5)])()
    return chance(0.1) ? { '.value': plain, '.priority': pick([1, 'p']) } : plain
  }
  const data = depth => {
    if (depth === 0 || chance(0.3)) return leaf()
    const node = {}
    for (const key of KEYS) if (chance(0.45)) node[key] = data(depth - 1)
    return node
  }
  const path = depth => '/' + Array.from({ length: below(depth + 1) }, () => pick(KEYS)).join('/')
  const written = () => (chance(0.2) ? null : chance(0.1) ? { '.sv': 'timestamp' } : data(2))
  const auth = () => pick([
    null,
    { uid: 'u1' },
    { uid: 'a', token: { role: 'admin', n: 2, ok: true } },
    { uid: 'u1', token: { role: 'b', n: 10, ok: false } }
  ])
  const operation = () => {
    switch (below(4)) {
      case 0: return { read: path(3) }
      case 1: {
        const value = {}
        for (const key of KEYS) if (chance(0.4)) value[chance(0.3) ? `${key}/${pick(KEYS)}` : key] = written()
        return { update: path(2), value: Object.keys(value).length ? value : { a: 1 } }
      }
      default: return { write: path(3), value: written() }
    }
  }
  return () => ({ rules: { rules: rules(3, []) }, data: data(3), auth: auth(), now: 1700000000000, ...operation() })
}
