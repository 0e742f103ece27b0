// Puts a module together again that was taken apart for compressors (scripts/pack.mjs says how, and why).

/** The module's bytes, by its lists. */
export function unpack(texts) {
  const lists = texts.map(toBytes)
  const [before, after, table, sequence] = lists
  const forms = []
  for (let at = 0; at < table.length;) {
    const [bytes, kinds] = [0, 0].map(() => table.slice(at + 1, at += 1 + table[at]))
    forms.push({ bytes, kinds })
  }
  const module = before
  const taken = lists.map(() => 0)
  let start = module.length
  for (const number of sequence) {
    const { bytes, kinds } = forms[number]
    for (const byte of bytes) module.push(byte)
    for (const kind of kinds) while (module[module.push(lists[kind][taken[kind]++]) - 1] > 127);
    if (number) continue
    // The end of a function, whose size comes first.
    const size = []
    let rest = module.length - start
    for (; rest > 127; rest >>= 7) size.push(rest & 127 | 128)
    module.splice(start, 0, ...size, rest)
    start = module.length
  }
  return Uint8Array.from(module.concat(after.map(legible)))
}

/** Behind the functions is much text, which is embedded as itself: compressors know words. */
const legible = byte => byte === 57 ? 32 : byte === 253 ? 92 : byte + 35 & 255

function toBytes(text) {
  const digit = at => text.charCodeAt(at) === 32 ? 57 : text.charCodeAt(at) - 35
  const bytes = []
  for (let at = 0; at < text.length; at++) {
    const first = digit(at)
    bytes.push(first < 90 ? first : first * 92 - 8190 + digit(++at))
  }
  return bytes
}
