// The JavaScript side of ids-in-wasm.mjs: `on` and `off` of one name.

function Store() {}
Store.prototype = Object.create(null)

/** The two methods over an instance of the module. */
export function wasmBus(bytes) {
  const { open, close, add, remove } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
  const ids = new WeakMap()
  let last = 0

  function idOf(object) {
    if (object === undefined || object === null) return 0
    let id = ids.get(object)
    if (id === undefined) ids.set(object, (id = ++last))
    return id
  }

  return {
    on(name, callback, context) {
      const store = (this._events ??= new Store())
      let list = store[name]
      if (!list) {
        list = store[name] = []
        list.id = open()
      }
      add(list.id, idOf(callback), idOf(context))
      list.push({ callback, context, ctx: context || this })
      return this
    },

    off(name, callback, context) {
      const list = this._events?.[name]
      if (!list) return this
      const at = remove(list.id, idOf(callback), idOf(context))
      if (at < 0) return this
      if (list.length === 1) {
        delete this._events[name]
        close(list.id)
        return this
      }
      const kept = []
      for (let i = 0; i < list.length; i++) if (i !== at) kept.push(list[i])
      kept.id = list.id
      this._events[name] = kept
      return this
    },
  }
}
