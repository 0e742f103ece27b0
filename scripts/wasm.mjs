// Reads a WebAssembly module into parts and writes it again, for the scripts that make it shorter for compressors. Of instructions it
// knows what the compiler makes of Rust; of another one it says so.
//
// Binary format: https://webassembly.github.io/spec/core/binary/modules.html

/** Numbers of sections. */
export const SECTION = { import: 2, function: 3, export: 7, start: 8, element: 9, code: 10 }

/** A cursor over bytes. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get done() {
    return this.at >= this.bytes.length
  }

  take(length) {
    return [...this.bytes.subarray(this.at, this.at += length)]
  }

  /** The bytes of a number (LEB128). */
  number() {
    const from = this.at
    while (this.bytes[this.at++] > 127);
    return [...this.bytes.subarray(from, this.at)]
  }

  /** The value of an unsigned one. */
  value() {
    return this.number().reduceRight((value, byte) => value * 128 + (byte & 127), 0)
  }

  list(read) {
    return Array.from({ length: this.value() }, () => read(this))
  }
}

/** An unsigned number as LEB128. */
export function number(value) {
  const bytes = []
  for (; value > 127; value >>>= 7) bytes.push(value & 127 | 128)
  return [...bytes, value]
}

/** The sections: a number and a body each. */
export function read(bytes) {
  const reader = new Reader(bytes, 8)
  const sections = []
  while (!reader.done) sections.push({ id: reader.take(1)[0], body: Uint8Array.from(reader.take(reader.value())) })
  return sections
}

export function write(sections) {
  return Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...sections.flatMap(({ id, body }) => [id, ...number(body.length), ...body])])
}

/** The functions of the code section: locals as pairs of a count and a type, instructions as `readInstruction` gives them. */
export function readCode(body) {
  return new Reader(body).list(reader => {
    const own = new Reader(Uint8Array.from(reader.take(reader.value())))
    const locals = own.list(() => [own.value(), own.take(1)[0]])
    const code = []
    while (!own.done) code.push(readInstruction(own))
    return { locals, code }
  })
}

export function writeCode(functions) {
  const bodies = functions.map(({ locals, code }) => [
    ...number(locals.length), ...locals.flatMap(([count, type]) => [...number(count), type]), ...code.flatMap(parts => parts.flatMap(({ bytes }) => bytes)),
  ])
  return Uint8Array.from([...number(bodies.length), ...bodies.flatMap(bytes => [...number(bytes.length), ...bytes])])
}

/**
 * The parts of an instruction, each with its kind and its bytes. The first has the kind `form`: the opcode, and of what follows it all
 * that takes few values. Of the others each is a number, but for `byte`.
 */
function readInstruction(reader) {
  const form = reader.take(1)
  const [op] = form
  const part = kind => ({ kind, bytes: kind === 'byte' ? reader.take(1) : reader.number() })
  const parts = (...kinds) => [{ kind: 'form', bytes: form }, ...kinds.map(part)]
  const more = (count, ...kinds) => {
    for (let i = 0; i < count; i++) form.push(...reader.number())
    return parts(...kinds)
  }
  if (op <= 0x01 || op === 0x05 || op === 0x0b || op === 0x0f || op === 0x1a || op === 0x1b) return parts()
  if (op <= 0x04) return more(1) // block, loop, if
  if (op === 0x0c || op === 0x0d) return parts('label')
  if (op === 0x0e) {
    const count = reader.number()
    form.push(...count)
    return parts(...Array(count[0] + 1).fill('label'))
  }
  if (op === 0x10 || op === 0xd2) return parts('function')
  if (op === 0x11) return more(2) // call_indirect
  if (op >= 0x20 && op <= 0x22) return parts('local')
  if (op >= 0x23 && op <= 0x26) return more(1) // globals and tables
  if (op >= 0x28 && op <= 0x3e) return more(1, 'offset') // loads and stores, with their alignment
  if (op === 0x3f || op === 0x40 || op === 0xd0) return more(1)
  if (op === 0x41) return parts('i32')
  if (op === 0x42) return parts('i64')
  if (op === 0x43 || op === 0x44) return parts(...Array(op === 0x43 ? 4 : 8).fill('byte'))
  if (op >= 0x45 && op <= 0xc4) return parts()
  if (op === 0xfc) {
    form.push(...reader.number())
    const operands = { 8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2, 15: 1, 16: 1, 17: 1 }
    return more(form[1] < 8 ? 0 : operands[form[1]])
  }
  throw new Error(`instruction 0x${op.toString(16)} is new here: teach scripts/wasm.mjs`)
}
