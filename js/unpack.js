// Puts a module together again that was taken apart for compressors (scripts/pack.mjs says how, and why).

/** Where js/unpack.wat looks for the lists. */
const LISTS = 4096

/** The module's bytes, by its lists and the bytes of js/unpack.wat. */
export function unpack(lists, unpacker) {
  const { memory, unpack } = new WebAssembly.Instance(new WebAssembly.Module(unpacker)).exports
  const bytes = new Uint8Array(memory.buffer)
  const start = LISTS + new TextEncoder().encodeInto(lists, bytes.subarray(LISTS)).written
  return bytes.subarray(start, unpack(start))
}
