// How an entity is fetched: a collection refreshes what it shows, which isn't always what a bare `fetch()` loads.

/** Whether this is a collection of Backbone.Paginator 2, which puts its page into every request itself. */
export const isPageable = entity => typeof entity.switchMode === 'function' && typeof entity.state === 'object' && entity.state !== null

/**
 * Whether this is a request pager of Backbone.Paginator 1, whose `pager()` loads the page that is shown. Its client
 * pagers have a `pager` too, which only cuts a page out of what is loaded.
 */
const isRequestPager = entity => typeof entity.pager === 'function' && typeof entity.requestNextPage === 'function'

/**
 * Fetches the entity, and returns what that returns. `remembered` is what the app's own last fetch asked for, if that
 * is to be asked for again; the options are fresh, as Paginator writes into them.
 */
export function fetchAsShown(entity, { via, options: more }, remembered, options) {
  const asked = remembered && { ...remembered, ...(isPlainData(remembered.data) && { data: { ...remembered.data } }) }
  const all = { prefill: false, ...asked, ...more, ...options }
  if (typeof via === 'function') return via.call(entity, entity, all)
  if (via === 'pager' || (via === undefined && isRequestPager(entity))) return entity.pager(all)
  if (isPageable(entity) && entity.mode === 'client') keepPage(entity, all)
  return entity.fetch(all)
}

/** Paginator 2 in the client goes to its first page when all of it is loaded anew. */
function keepPage(entity, options) {
  const { success } = options
  const { currentPage } = entity.state
  options.success = function (...args) {
    const { state } = entity
    if (state.currentPage !== currentPage) entity.getPage(Math.min(currentPage, state.lastPage ?? currentPage))
    return success?.apply(this, args)
  }
}

/** What of a fetch's options says what to load. */
export function askedFor({ url, data }) {
  return { ...(url !== undefined && { url }), ...(data !== undefined && { data: isPlainData(data) ? { ...data } : data }) }
}

/** Whether the collection puts the page that it shows into every request. */
export const isPager = entity => isPageable(entity) || isRequestPager(entity)

const isPlainData = data => typeof data === 'object' && data !== null
