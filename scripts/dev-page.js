// Put into each HTML page by scripts/dev-proxy.mjs, and into nothing that is published: follows the builds, reloads the page after
// one that has ended well, and shows what the compiler says of one that has not.
(() => {
  if (window !== window.top) return // the page around it reloads, and this one with it
  // A page may have been served before a build ended and ask only after it: it knows which build it is of.
  const { build } = document.currentScript.dataset
  const host = document.createElement('remote-refresh-dev')
  const box = document.createElement('pre')
  host.attachShadow({ mode: 'open' }).append(box)
  // By properties, which no Content-Security-Policy forbids.
  Object.assign(box.style, {
    position: 'fixed', inset: 'auto 0 0 0', zIndex: 2147483647, margin: 0, padding: '10px 16px', maxHeight: '70vh', overflow: 'auto',
    font: '13px/1.45 ui-monospace, monospace', whiteSpace: 'pre-wrap', color: '#fff', boxShadow: '0 -2px 16px #0006',
  })

  function show(text, color, role) {
    box.textContent = text
    box.style.background = color
    box.setAttribute('role', role)
    document.documentElement.append(host)
  }

  const events = new EventSource('/__dev/events')
  events.onmessage = ({ data }) => {
    const { state, number, text } = JSON.parse(data)
    if (state === 'failed') show(text, '#8c1d18', 'alert')
    else if (state === 'building') show(text, '#333c', 'status')
    else if (String(number) !== build) location.reload()
    else host.remove()
  }
  events.onerror = () => show('npm run dev has ended: start it again, and this page will follow', '#333c', 'status')
})()
