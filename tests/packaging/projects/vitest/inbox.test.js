// An app's tests in Vitest and jsdom: the package is imported there as the app does it.
import Backbone from 'backbone'
import App, { createApp } from 'remote-refresh'
import { expect, test } from 'vitest'

test('a refresh fetches what a page view shows', () => {
  const messages = new (Backbone.Collection.extend({ url: '/messages' }))()
  let fetches = 0
  messages.fetch = async () => { fetches++ }
  App.Views.currentPageView = new Backbone.View({ collection: messages })
  App.Utils.RemoteRefresh(App.Views.currentPageView)
  expect(fetches).toBe(1)
})

test('a second App hears nothing of the first', () => {
  const heard = []
  createApp().Events.on('ping', () => heard.push('ping'))
  App.Events.trigger('ping')
  expect(heard).toEqual([])
})
