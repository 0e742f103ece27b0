// Light or dark: the system's, until one chooses the other with a button (`data-action="theme"`). A classic script in the head, so
// that a page is never seen in the wrong one. Pages of one browser follow each other, the halves of /side-by-side too.

{
  const KEY = 'theme'
  const root = document.documentElement
  const system = matchMedia('(prefers-color-scheme: dark)')

  /** What was chosen, if anything was: a browser may have no storage for us. */
  const chosen = () => {
    try {
      return localStorage.getItem(KEY)
    } catch {
      return null
    }
  }

  const isDark = () => (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark'

  const apply = theme => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    else delete root.dataset.theme
    for (const meta of document.querySelectorAll('meta[name=theme-color]')) meta.content = isDark() ? meta.dataset.dark : meta.dataset.light
  }

  const toggle = () => {
    const wanted = isDark() ? 'light' : 'dark'
    // Whoever wants what the system wants follows it, also when it changes at dusk.
    const theme = wanted === (system.matches ? 'dark' : 'light') ? null : wanted
    try {
      if (theme) localStorage.setItem(KEY, theme)
      else localStorage.removeItem(KEY)
    } catch {
      // Chosen for this page, then.
    }
    apply(theme)
  }

  apply(chosen())
  addEventListener('storage', event => (event.key === KEY || event.key === null) && apply(chosen()))
  system.addEventListener('change', () => apply(root.dataset.theme))
  document.addEventListener('click', event => event.target.closest?.('[data-action=theme]') && toggle())
}
