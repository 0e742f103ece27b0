// Small pieces of markup that several views use.

import { html } from '../html.js'

const initials = name => {
  const words = name.split(/\s+/).filter(Boolean)
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map(word => [...(word ?? '')][0] ?? '')
  return letters.join('').toUpperCase()
}

/** A user's avatar: a drawing, since the page's policy allows no style of one element's own. Beside the name it says nothing new, so it is hidden from screen readers. */
export const avatar = (user, size = '') => html`
  <svg class="avatar ${size}" viewBox="0 0 40 40" fill="oklch(52% .12 ${Number(user.hue)})" aria-hidden="true">
    <circle cx="20" cy="20" r="20"/><text x="20" y="20">${initials(user.name)}</text>
  </svg>`

/** The avatars of a thread: one person's, or two overlapping. */
export const avatars = users => users.length === 1
  ? avatar(users[0])
  : html`<span class="avatars">${users.slice(0, 2).map(user => avatar(user, 'half'))}</span>`

const paths = {
  back: 'M15 5l-7 7 7 7',
  compose: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  send: 'M4 12l16-8-5 16-3-7z',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  down: 'M12 5v14M6 13l6 6 6-6',
  next: 'M9 5l7 7-7 7',
  chat: 'M4 5h16v11H10l-5 4v-4H4z',
  theme: 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z',
}

export const icon = name => html`
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${paths[name]}"/></svg>`

/** Light or dark: see theme.js. */
export const themeButton = html`
  <button type="button" class="icon-button" data-action="theme" data-testid="theme"
    aria-label="Switch between light and dark" title="Light or dark">${icon('theme')}</button>`

/** What is shown instead of content: nothing there, or something wrong. */
export const notice = (title, text, action = '') => html`
  <div class="notice">
    <h2>${title}</h2>
    <p>${text}</p>
    ${action}
  </div>`
