// Type declarations, as each way of resolving modules finds them; and two linters of packages.
import { join } from 'node:path'

import { repository, run } from './run.mjs'

const tool = (...path) => join(repository, 'node_modules', ...path)

const STRICT = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable']

export function checkTypes(project, tarball) {
  const cwd = join(project, 'types')
  const current = (...args) => run(process.execPath, [tool('typescript/bin/tsc'), ...STRICT, ...args], cwd)
  // The last TypeScript that resolves modules as Node 10 did.
  const older = (...args) => run(process.execPath, [tool('typescript-5/bin/tsc'), ...STRICT, ...args], cwd)

  current('--module', 'nodenext', 'import.mts', 'require.cts')
  current('--module', 'esnext', '--moduleResolution', 'bundler', 'import.mts')
  current('--module', 'esnext', '--moduleResolution', 'bundler', '--moduleDetection', 'legacy', 'script.ts')
  older('--module', 'node16', 'import.mts', 'require.cts')
  older('--module', 'esnext', '--moduleResolution', 'bundler', 'import.mts')
  older('--module', 'commonjs', '--moduleResolution', 'node10', 'require.cts', 'import.ts')

  run(process.execPath, [tool('publint/src/cli.js'), 'run', tarball, '--strict'], project)
  // ./async has no CommonJS form: it finds its wasm by `import.meta.url`.
  const attw = (...args) => run(process.execPath, [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--no-emoji', '--format', 'ascii', ...args], project)
  attw('--exclude-entrypoints', './async')
  attw('--entrypoints', './async', '--ignore-rules', 'cjs-resolves-to-esm')
}
