// People.

import Backbone from 'backbone'

export class User extends Backbone.Model {
  urlRoot() {
    return '/api/users'
  }
}

export class Users extends Backbone.Collection {
  get model() {
    return User
  }

  url() {
    return '/api/users'
  }

  parse(response) {
    return response.items
  }
}
