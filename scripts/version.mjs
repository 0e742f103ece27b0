// Writes a version into the files that state it, for scripts/release: node scripts/version.mjs VERSION DATE
//
// Cargo.lock is cargo's to write: scripts/release asks it to. `npm version` would write package.json all anew, each list on many lines.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Cargo.toml with this version for the workspace, from which every crate takes its own. */
export function withVersion(toml, version) {
  const line = /(^\[workspace\.package\]\n(?:(?!\[).*\n)*?version = ")[^"]*"/m
  if (!line.test(toml)) throw new Error('Cargo.toml has no version in [workspace.package]')
  return toml.replace(line, (_, before) => `${before}${version}"`)
}

/** package.json with this version. */
export function withPackageVersion(json, version) {
  const line = /^ {2}"version": "[^"]*"/m
  if (!line.test(json)) throw new Error('package.json has no "version" on a line of its own')
  return json.replace(line, () => `  "version": "${version}"`)
}

/** package-lock.json with this version for the package itself, written as npm does. */
export function withLockVersion(json, version) {
  const lock = JSON.parse(json)
  lock.version = lock.packages[''].version = version
  return `${JSON.stringify(lock, null, 2)}\n`
}

/** The changelog with what is unreleased as this version's, and an empty "Unreleased" above it. */
export function released(changelog, version, date) {
  const [, before, notes, after] = /^(.*?^## Unreleased\n)(.*?)(^## .*)?$(?![^])/ms.exec(changelog) ?? []
  if (notes === undefined) throw new Error('CHANGELOG.md has no section "## Unreleased"')
  if (!/^[-*] /m.test(notes)) throw new Error('CHANGELOG.md says nothing under "## Unreleased"')
  if (changelog.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md has a section of ${version} already`)
  return `${before}\n## ${version} - ${date}\n${notes}${after ?? ''}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [version, date] = process.argv.slice(2)
  const change = { 'package.json': withPackageVersion, 'package-lock.json': withLockVersion, 'Cargo.toml': withVersion, 'CHANGELOG.md': released }
  try {
    // All are made before one is written: a changelog that can't be released leaves nothing changed.
    const made = Object.entries(change).map(([file, make]) => [file, make(readFileSync(file, 'utf8'), version, date)])
    for (const [file, text] of made) writeFileSync(file, text)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
