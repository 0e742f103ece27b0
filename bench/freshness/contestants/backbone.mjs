// The page of a Backbone app: what the original and ours both refresh.

import Backbone from 'backbone'

/** Views without a document, which is all that a refresh sees of them. */
const View = Backbone.View.extend({ _ensureElement() {} })

/**
 * The world's page as a tree of views: the first is the page view, the others its subviews. A view's entities are its
 * model and its collection; views that show the same share the instance.
 * @returns {{ page: object, entities: object[] }}
 */
export function backbonePage(world) {
  Backbone.ajax = ({ url, success, error }) => {
    const answer = world.get([url])
    answer.then(success, error)
    return answer
  }
  const entities = Object.fromEntries(world.names.map(name => [name, newEntity(world, name)]))
  const [page, ...subviews] = world.views.map(names => Object.assign(new View(), ...names.map(name => {
    const entity = entities[name]
    return entity.models ? { collection: entity } : { model: entity }
  })))
  page._subviews = subviews
  return { page, entities: Object.values(entities) }
}

function newEntity(world, url) {
  if (url.endsWith('s')) {
    const collection = new (Backbone.Collection.extend({ url, parse: answer => [{ id: 1, version: answer[url] }] }))()
    return collection.on('update change', () => world.show(url, collection.first()?.get('version')))
  }
  const model = new (Backbone.Model.extend({ url, parse: answer => ({ id: 1, version: answer[url] }) }))()
  return model.on('change', () => world.show(url, model.get('version')))
}
