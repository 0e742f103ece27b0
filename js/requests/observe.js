// `App.observe`: wraps `Backbone.sync`, to see every request of Backbone's from its start.

/** Wraps `Backbone.sync`. Returns how to undo that. */
export function observe(Backbone, header, requests) {
  const { sync } = Backbone
  let active = true
  const observed = function (method, entity, options = {}) {
    const call = () => sync.call(this, method, entity, options)
    return active ? requests.send(method, entity, options, header, call) : call()
  }
  Backbone.sync = observed
  return {
    unobserve() {
      active = false
      // Whoever wrapped it since keeps what they wrapped, which does nothing any more.
      if (Backbone.sync === observed) Backbone.sync = sync
    },
  }
}
