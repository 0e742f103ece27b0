// Type declarations, as each way of resolving modules finds them; and two linters of packages.
import { join } from 'node:path'

import { repository, runBeside } from './run.mjs'

const tool = (...path) => join(repository, 'node_modules', ...path)

const STRICT = ['--noEmit', '--strict', '--skipDefaultLibCheck', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable']

export async function checkTypes(project, tarball) {
  const cwd = join(project, 'types')
  const current = (...args) => runBeside(process.execPath, [tool('typescript/bin/tsc'), ...STRICT, ...args], cwd)
  // The last TypeScript that resolves modules as Node 10 did.
  const older = (...args) => runBeside(process.execPath, [tool('typescript-5/bin/tsc'), ...STRICT, ...args], cwd)

  await current('--module', 'nodenext', 'import.mts', 'require.cts')
  await current('--module', 'esnext', '--moduleResolution', 'bundler', 'import.mts')
  await current('--module', 'esnext', '--moduleResolution', 'bundler', '--moduleDetection', 'legacy', 'script.ts')
  await older('--module', 'node16', 'import.mts', 'require.cts')
  await older('--module', 'esnext', '--moduleResolution', 'bundler', 'import.mts')
  await older('--module', 'commonjs', '--moduleResolution', 'node10', 'require.cts', 'import.ts')

  await runBeside(process.execPath, [tool('publint/src/cli.js'), 'run', tarball, '--strict'], project)
  // ./async has no CommonJS form: it finds its wasm by `import.meta.url`.
  const attw = (...args) => runBeside(process.execPath, [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--no-emoji', '--format', 'ascii', ...args], project)
  await attw('--exclude-entrypoints', './async')
  await attw('--entrypoints', './async', '--ignore-rules', 'cjs-resolves-to-esm')
}
