// What runs the server: blocks for nginx and systemd, read by those themselves where they are installed, and a Dockerfile.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** What a Dockerfile may say (its reference), as far as ours do. */
const INSTRUCTIONS = /^(?:FROM|RUN|COPY|ENV|VOLUME|USER|EXPOSE|ENTRYPOINT|CMD|WORKDIR|ARG)$/

/** By language: what is wrong with a block, as sentences in `faults`; `missing` is a program that would have said more. */
export const operations = { nginx, systemd, dockerfile }

/** Lines for within a `server` of nginx. */
function nginx(code) {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path temp;`).join(' ')
  const config = folder => `pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${paths} server { listen unix:${folder}/socket;\n${code}\n} }`
  return asked('nginx', 'nginx.conf', config, (file, folder) => ['-t', '-q', '-p', folder, '-c', file])
}

/** A unit: systemd knows what it says, and the server the flags and variables in it. */
function systemd(code, { shell, programs }) {
  const words = [...code.matchAll(/^Exec\w+=[-@:+!]*(.*)$/gm)].map(([, command]) => ours(command))
  const names = [...code.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name)
  // It looks for the program at its place.
  const unit = code.replace(/[^\s=]*\/(remote-refresh-server)\b/g, `"${programs}/$1"`)
  const { faults, missing } = asked('systemd-analyze', 'docs.service', () => unit, file => ['verify', '--man=no', file])
  return { faults: [...words.flatMap(command => shell.block(command)), ...shell.variables(names), ...faults], missing }
}

/** A Dockerfile that builds from this repository. Nothing is built: what it names is there. */
function dockerfile(code, { shell, root, programs }) {
  const faults = []
  const stages = new Set()
  let sources
  for (const [, instruction, rest] of code.replace(/\\\n/g, ' ').matchAll(/^(\w\S*) *(.*)$/gm)) {
    if (!INSTRUCTIONS.test(instruction)) faults.push(`a Dockerfile has no ${instruction}`)
    const words = rest.split(/\s+/)
    const stage = /--from=(\S+)/.exec(rest)?.[1]
    if (instruction === 'FROM' && words[1] === 'AS') stages.add(words[2])
    if (instruction === 'ENV') faults.push(...shell.variables(words.map(word => word.split('=')[0])))
    if (instruction === 'RUN') faults.push(...shell.block(sources ? rest.replaceAll(`${sources}/`, '') : rest))
    if (instruction === 'COPY' && stage) {
      if (!stages.has(stage)) faults.push(`COPY: there is no stage ${stage}`)
      const program = basename(words[1])
      if (!existsSync(`${programs}/${program}`)) faults.push(`COPY: no ${program} is built`)
    } else if (instruction === 'COPY') {
      const [from, to] = words
      if (!existsSync(join(root, from))) faults.push(`COPY: there is no ${from}`)
      if (from === '.') sources = to
    }
    if (instruction === 'ENTRYPOINT' || instruction === 'CMD') {
      try {
        faults.push(...shell.block(ours(JSON.parse(rest).join(' '))))
      } catch (error) {
        faults.push(`${instruction}: ${error.message}`)
      }
    }
  }
  return { faults }
}

/** A command with our program's name instead of its place. */
const ours = command => command.replace(/^\S*\/(remote-refresh-server)\b/, '$1')

/** Has a program read a file of this text, in a scratch folder, and gives the lines that it says. */
function asked(program, name, text, args) {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'))
  try {
    const file = join(folder, name)
    writeFileSync(file, text(folder))
    const { error, status, stdout, stderr } = spawnSync(program, args(file, folder), {
      encoding: 'utf8',
      // Where Debian has the programs of administrators.
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    })
    if (error?.code === 'ENOENT') return { faults: [], missing: program }
    if (error) throw error
    const said = `${stdout}${stderr}`.trim().split('\n').filter(Boolean)
    if (status !== 0 && !said.length) said.push(`it ends with ${status}`)
    return { faults: said.map(line => `${program} says: ${line.replaceAll(folder + '/', '')}`) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
