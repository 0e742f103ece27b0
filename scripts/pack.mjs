// Takes a module apart into lists of what is alike, as text to embed, from which js/unpack.wat makes it again.
//
// An instruction is a form (its opcode, and of what follows it all that takes few values) and numbers: of locals, of functions, offsets and so
// on. A sequence of forms is much like others, and so is one of numbers of locals; in turns they hide that. Apart they take a tenth less
// under brotli, and an eighth less under gzip.
//
// The lists are text of 92 digits, the characters from # to ~ with a space for the backslash, so that any page's encoding and any bundler
// will do. A low number is one digit; of a higher one the first digit and the second are 92 times as much and the rest; the digit 91 says
// that there are more than two. Base64 puts the same bytes down in three ways, which hides repetition, too. A list ends with an exclamation
// mark.
import { unpack } from '../js/unpack.js'
import { read, readCode, SECTION, number } from './wasm.mjs'

/** The form that ends a function has the number 0. */
const END = 'end'

/** The lists of a module: the bytes before its functions and after them, the forms, their sequence, and one for each kind of number. */
export function pack(module, unpacker) {
  const sections = read(module)
  const { body } = sections.find(({ id }) => id === SECTION.code)
  const functions = readCode(body)
  const first = Buffer.from(module).indexOf(body) + number(functions.length).length
  const last = Buffer.from(module).indexOf(body) + body.length

  const numbers = new Map()
  const forms = new Map([[END, { bytes: [0x0b], kinds: [], count: Infinity }]])
  const sequence = []
  const add = (bytes, parts, key = JSON.stringify([bytes, parts.map(({ kind }) => kind)])) => {
    const form = forms.get(key) ?? { bytes, kinds: parts.map(({ kind }) => kind), count: 0 }
    form.count++
    forms.set(key, form)
    sequence.push(form)
    for (const { kind, bytes } of parts) numbers.set(kind, [...numbers.get(kind) ?? [], toNumber(bytes)])
  }
  for (const { locals, code } of functions) {
    const declared = locals.flatMap(([count, type]) => [{ kind: 'count', bytes: number(count) }, { kind: 'type', bytes: [type] }])
    add(number(locals.length), declared)
    for (const [form, ...parts] of code.slice(0, -1)) {
      const fixed = parts.filter(isOfForm).flatMap(({ bytes }) => bytes)
      add([...form.bytes, ...fixed], parts.filter(part => !isOfForm(part)))
    }
    add([], [], END)
  }
  // The more often, the lower: a low number is one digit. Rare ones that are alike are side by side.
  const byBytes = (a, b) => Buffer.compare(Buffer.from(a.bytes), Buffer.from(b.bytes))
  const ordered = [...forms.values()].sort((a, b) => b.count - a.count || byBytes(a, b))
  const numberOf = new Map(ordered.map((form, i) => [form, i]))
  const kinds = [...numbers.keys()]
  const table = ordered.flatMap(form => [form.bytes.length, ...form.bytes, form.kinds.length, ...form.kinds.map(kind => 4 + kinds.indexOf(kind))])
  const lists = [module.subarray(0, first), module.subarray(last).map(illegible), table, sequence.map(form => numberOf.get(form)), ...numbers.values()]
  const text = lists.map((list, i) => `${toText(list, i)}!`).join('')
  if (Buffer.compare(unpack(text, unpacker), module)) throw new Error('js/unpack.wat makes another module than scripts/pack.mjs was given')
  return text
}

/** Parts of floats, large numbers, and the constants 0, 1, 2 and −1, which are a third of all. */
const isOfForm = ({ kind, bytes }) => kind === 'byte' || bytes.length > 4 || (kind === 'i32' && [0, 1, 2, 127].includes(toNumber(bytes)))

/** Any bytes of a number (LEB128) as another one, so that signs and needless zeros need no care. */
const toNumber = bytes => bytes.reduceRight((number, byte) => (number + 1) * 128 + (byte & 127), -1)

/** So that text is embedded as itself. */
const illegible = byte => byte === 32 ? 57 : byte === 92 ? 253 : byte - 35 & 255

function toText(numbers, list) {
  const short = list < 4 ? 90 : 76 // found by trying
  const digits = number => {
    if (number < short) return [number]
    const rest = number - short
    return rest < (91 - short) * 92 ? [short + Math.floor(rest / 92), rest % 92] : [91, ...digits(Math.floor(number / 92)), number % 92]
  }
  return Array.from(numbers, digits).flat().map(digit => String.fromCharCode(digit + 35)).join('').replaceAll('\\', ' ')
}
