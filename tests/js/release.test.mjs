// What scripts/release writes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { released, withLockVersion, withPackageVersion, withVersion } from '../../scripts/version.mjs'

const file = name => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const LOG = '# Changelog\n\n## Unreleased\n\n### Added\n\n- a\n'
const OLDER = '\n## 1.0.0 - 2026-01-01\n\n- older\n'

test('what is unreleased becomes the version, below an empty heading and above what is older', () => {
  const dated = '# Changelog\n\n## Unreleased\n\n## 1.1.0 - 2026-02-03\n\n### Added\n\n- a\n'
  assert.equal(released(LOG, '1.1.0', '2026-02-03'), dated)
  assert.equal(released(LOG + OLDER, '1.1.0', '2026-02-03'), dated + OLDER)
})

test('nothing unreleased, no such section, or a version that is there already is an error', () => {
  assert.throws(() => released(released(LOG, '1.1.0', '2026-02-03'), '1.2.0', '2026-02-04'), /says nothing/)
  assert.throws(() => released('# Changelog\n', '1.1.0', '2026-02-03'), /no section/)
  assert.throws(() => released(LOG + OLDER, '1.0.0', '2026-02-03'), /1\.0\.0 already/)
})

/** The lines of a file that are others once `change` has written a version into it. */
function changedLines(name, change) {
  const before = file(name)
  const lines = before.split('\n')
  return change(before, '98.76.54').split('\n').filter((line, i) => line !== lines[i])
}

test('the versions of the workspace and of the package change, and nothing else does', () => {
  assert.deepEqual(changedLines('Cargo.toml', withVersion), ['version = "98.76.54"'])
  assert.deepEqual(changedLines('package.json', withPackageVersion), ['  "version": "98.76.54",'])
  assert.deepEqual(changedLines('package-lock.json', withLockVersion), ['  "version": "98.76.54",', '      "version": "98.76.54",'])
  assert.throws(() => withPackageVersion('{"version":"1"}', '2.0.0'), /no "version"/)
  assert.throws(() => withVersion('[workspace]\n[other]\nversion = "1"\n', '2.0.0'), /no version/)
})
