// What an app can do about it: go on without being live.
const reasons = []
for (const entry of ['index', 'async']) {
  try {
    const { default: got } = await import(`/node_modules/remote-refresh/dist/${entry}.js`)
    if (entry === 'async') await got()
    errors.push(`${entry} was loaded`)
  } catch (error) {
    reasons.push(error.name, error.code, error.message)
  }
}
if (!reasons.every((reason, index) => reason === reasons[index % 3])) errors.push('the two differ')
if (reasons[1] !== 'wasm-forbidden' || !reasons[2].includes("'wasm-unsafe-eval'")) errors.push(reasons.join(' '))
finish()
