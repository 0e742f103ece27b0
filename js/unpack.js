// Puts a module together again that was taken apart for compressors (scripts/pack.mjs says how, and why).

/** The module's bytes, by its lists. In loops with an index, which engines run faster the first time: this is what a page waits for. */
export function unpack(texts) {
  const lists = texts.map((text, list) => toNumbers(text, list < 4 ? 90 : 76))
  const [before, after, table, sequence] = lists
  // Each form as its bytes and, below 0, the lists of its numbers.
  const forms = []
  for (let at = 0; at < table.length;) {
    const form = []
    for (let end = at + 1 + table[at++]; at < end; at++) form.push(table[at])
    for (let end = at + 1 + table[at++]; at < end; at++) form.push(-table[at])
    forms.push(form)
  }
  const module = before
  const taken = lists.map(() => 0)
  let start = module.length
  for (let i = 0; i < sequence.length; i++) {
    const form = forms[sequence[i]]
    for (let j = 0; j < form.length; j++) {
      const part = form[j]
      if (part >= 0) {
        module.push(part)
        continue
      }
      let rest = lists[-part][taken[-part]++]
      for (; rest > 127; rest = Math.floor(rest / 128) - 1) module.push(rest % 128 | 128)
      module.push(rest)
    }
    if (sequence[i]) continue
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

function toNumbers(text, short) {
  let at = 0
  const digit = () => {
    const code = text.charCodeAt(at++)
    return code === 32 ? 57 : code - 35
  }
  const number = () => {
    const first = digit()
    if (first < short) return first
    return first < 91 ? (first - short) * 92 + short + digit() : number() * 92 + digit()
  }
  const numbers = []
  while (at < text.length) numbers.push(number())
  return numbers
}
