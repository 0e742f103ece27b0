// What the code that wasm-bindgen writes for each class and import calls: strings, errors and the start. scripts/glue.mjs puts it
// in the place of wasm-bindgen's own, under whose names it is called. That keeps views of the memory, passes ASCII strings in a faster way,
// counts what a TextDecoder has read (Safari's end at 2 GB) and knows browsers that this package doesn't run in; here little goes
// over the boundary.

let wasm

/** The length, in elements, of what was passed last. */
let WASM_VECTOR_LEN

function begin(instance) {
  wasm = instance.exports
  wasm.__wbindgen_start()
}

/** Instantiates the bytes of the module while the caller waits. */
export function initSync(bytes) {
  begin(new WebAssembly.Instance(new WebAssembly.Module(bytes), __wbg_get_imports()))
}

/** Instantiates the module: its address, bytes, a response with them or the compiled module, or a promise of one of these. */
export default async function init(source) {
  source = await source
  if (typeof source === 'string' || source instanceof URL || source instanceof Request) source = await fetch(source)
  const imports = __wbg_get_imports()
  if (source instanceof Response) {
    if (!source.ok || source.headers.get('Content-Type') === 'application/wasm') {
      source = await WebAssembly.compileStreaming(source) // says what is wrong with an answer that is none
    } else {
      console.warn('remote-refresh: the .wasm file would load faster if it were served as application/wasm')
      source = await source.arrayBuffer()
    }
  }
  const result = await WebAssembly.instantiate(source, imports)
  begin(result.instance ?? result)
}

const isLikeNone = value => value === undefined || value === null

function getDataViewMemory0() {
  return new DataView(wasm.memory.buffer)
}

function getStringFromWasm0(pointer, length) {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(wasm.memory.buffer, pointer >>> 0, length))
}

function passStringToWasm0(text) {
  return passArray8ToWasm0(new TextEncoder().encode(text))
}

function passArray8ToWasm0(bytes) {
  WASM_VECTOR_LEN = bytes.length
  const pointer = wasm.__wbindgen_malloc(WASM_VECTOR_LEN, 1) >>> 0
  new Uint8Array(wasm.memory.buffer).set(bytes, pointer)
  return pointer
}

function passArray32ToWasm0(numbers) {
  WASM_VECTOR_LEN = numbers.length
  const pointer = wasm.__wbindgen_malloc(WASM_VECTOR_LEN * 4, 4) >>> 0
  new Uint32Array(wasm.memory.buffer).set(numbers, pointer / 4)
  return pointer
}

function takeFromExternrefTable0(index) {
  const value = wasm.__wbindgen_externrefs.get(index)
  wasm.__externref_table_dealloc(index)
  return value
}

/** Calls what may throw; the module looks for the error afterwards. */
function handleError(call, args) {
  try {
    return call(...args)
  } catch (error) {
    const index = wasm.__externref_table_alloc()
    wasm.__wbindgen_externrefs.set(index, error)
    wasm.__wbindgen_exn_store(index)
  }
}
