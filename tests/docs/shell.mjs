// Commands in the docs: their syntax is bash's, and what they name is there: npm's scripts, ours, packages, tests, flags.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'

const run = (command, args, input) => spawnSync(command, args, { encoding: 'utf8', input })

/**
 * Says what is wrong with commands. `root` is the repository; `programs` the folder of its built programs, whose `--help` is asked;
 * `files` are names that the page's own blocks give.
 */
export class Shell {
  #root
  #programs
  #scripts
  #crates = new Map()
  #helps = new Map()

  constructor({ root, programs }) {
    this.#root = root
    this.#programs = programs
    this.#scripts = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).scripts
    for (const folder of ['.', ...readdirSync(`${root}/crates`).map(name => `crates/${name}`), 'fuzz']) {
      if (!existsSync(`${root}/${folder}/Cargo.toml`)) continue
      const name = /^name = "([^"]+)"/m.exec(readFileSync(`${root}/${folder}/Cargo.toml`, 'utf8'))?.[1]
      if (name) this.#crates.set(name, folder)
    }
  }

  /** A whole block: syntax, then each command. Faults are sentences. */
  block(code, files = []) {
    const { status, stderr } = run('bash', ['-n'], code)
    if (status !== 0) return [`bash says: ${stderr.trim()}`]
    return commandsOf(code).flatMap(words => this.#command(words, files))
  }

  /** A code span, if it is a command of ours; others are not looked at. */
  span(code) {
    return /^(npm (run|start|test)|cargo (run|test)|scripts\/|remote-refresh-server )/.test(code) ? commandsOf(code).flatMap(words => this.#command(words, [])) : []
  }

  #command(words, files) {
    const [program, ...args] = words
    if (program === 'npm') return this.#npm(args)
    if (program === 'cargo') return this.#cargo(args)
    if (program === 'node' || program === 'bash') return this.#file(args.find(word => !word.startsWith('-')), files)
    if (program.startsWith('scripts/')) return program === 'scripts/test' ? [...this.#file(program, files), ...this.#steps(args)] : this.#file(program, files)
    if (program === 'remote-refresh-server') return this.#flags(program, args)
    return []
  }

  /** What is wrong with the settings of the server's that are given as variables: those of its name that its `--help` doesn't know. */
  variables(names) {
    const program = 'remote-refresh-server'
    const help = this.#help(program, `${this.#programs}/${program}`, ['--help'])
    return names.filter(name => name.startsWith('REMOTE_REFRESH_') && !help.includes(`[env: ${name}=`)).map(name => `${program}: its --help knows no ${name}`)
  }

  #npm([verb, name, ...rest]) {
    const script = verb === 'run' ? name : ['start', 'test'].includes(verb) ? verb : undefined
    if (!script) return []
    if (!this.#scripts[script]) return [`npm run ${script}: package.json has no such script`]
    if (script !== 'bench') return []
    const help = this.#help('bench', process.execPath, ['bench/run.mjs', '--help'])
    return rest.slice(1).flatMap(word => (mentions(help, word) ? [] : [`npm run bench: its --help knows no ${word}`]))
  }

  #cargo([verb, ...rest]) {
    const separator = rest.indexOf('--')
    const own = separator < 0 ? rest : rest.slice(0, separator)
    const value = (...flags) => own[own.findIndex(word => flags.includes(word)) + 1]
    const has = (...flags) => own.some(word => flags.includes(word))
    if (has('--path') && !existsSync(`${this.#root}/${value('--path')}/Cargo.toml`)) return [`cargo ${verb}: there is no ${value('--path')}/Cargo.toml`]
    if (!has('-p', '--package')) return []
    const crate = value('-p', '--package')
    const folder = this.#crates.get(crate)
    if (!folder) return [`cargo ${verb}: there is no package ${crate}`]
    for (const [flag, place] of [['--test', 'tests'], ['--example', 'examples']]) {
      if (has(flag) && !existsSync(`${this.#root}/${folder}/${place}/${value(flag)}.rs`)) return [`cargo ${verb}: there is no ${folder}/${place}/${value(flag)}.rs`]
    }
    if (verb !== 'run' || separator < 0 || has('--example')) return []
    const program = { 'remote-refresh-sim': 'simulate' }[crate] ?? crate
    return this.#flags(program, rest.slice(separator + 1))
  }

  #file(path, files) {
    return !path || files.includes(path) || existsSync(`${this.#root}/${path}`) ? [] : [`there is no ${path}`]
  }

  #steps(names) {
    return names.filter(name => /^[a-z]+$/.test(name) && !existsSync(`${this.#root}/scripts/check-${name}`)).map(name => `scripts/test has no step ${name}`)
  }

  #flags(program, args) {
    const path = `${this.#programs}/${program}`
    const top = this.#help(program, path, ['--help'])
    const sub = args.find(word => /^[a-z]+$/.test(word) && new RegExp(`^  ${word}  `, 'm').test(top))
    const help = sub ? this.#help(`${program} ${sub}`, path, [sub, '--help']) : top
    return args.filter(word => /^--?[a-z]/.test(word)).map(word => word.split('=')[0])
      .filter(flag => !mentions(help, flag)).map(flag => `${program}${sub ? ` ${sub}` : ''}: its --help knows no ${flag}`)
  }

  #help(name, command, args) {
    if (!this.#helps.has(name)) {
      const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: this.#root, encoding: 'utf8' })
      if (error || status !== 0) throw new Error(`${command} ${args.join(' ')} does not answer: ${error?.message ?? stderr}`)
      this.#helps.set(name, stdout)
    }
    return this.#helps.get(name)
  }
}

const mentions = (help, word) => new RegExp(`(^|[\\s,<])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`).test(help) || /^[A-Z]+…?$/.test(word)

/** The simple commands in a text, as lists of words: enough of a shell's grammar for what the docs show. */
export function commandsOf(code) {
  const text = code.replace(/\\\n/g, ' ').replace(/(^|\s)#.*$/gm, '')
  const inner = [...text.matchAll(/\$\(([^()]*)\)/g)].map(([, command]) => command)
  return [...inner, text.replace(/\$\([^()]*\)/g, '_')]
    .flatMap(part => part.split(/\n|&&|\|\||[|;&]/))
    .map(command => [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/^(["'])(.*)\1$/, '$2')))
    .map(words => {
      const at = words.findIndex(word => !/^\w+=/.test(word) && word !== 'export' && word !== 'nice')
      return at < 0 ? [] : words.slice(at)
    })
    .filter(words => words.length)
}
