import { describe, expect, test } from 'bun:test'
import { COMMON_OPTIONS } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { parseCommandLine } from './parse.ts'

const parse = (line: string) => parseCommandLine(line.split(' ').filter(Boolean), COMMANDS)

describe('a command line names its command', () => {
  test.each([
    ['datasets', 'datasets', []],
    ['--json config check', 'config check', []],
    ['config --json show', 'config show', []],
    ['show hqs8.DAT1 --snapshots', 'show', ['hqs8.DAT1']],
    ['run --pair x', 'run', []],
    ['runs 18', 'runs', ['18']],
    ['fn run check -i limit=3', 'fn run', ['check']],
  ])('%s', (line, name, operands) => {
    const { command, args } = parse(line)
    expect({ name: command?.name, operands: args.operands }).toEqual({ name, operands })
  })

  test('none at all is a wish for help', () => expect(parse('')).toMatchObject({ command: null, wantsHelp: true }))
  test('help needs no operands', () => expect(parse('show --help').wantsHelp).toBe(true))
})

describe('and says what was meant when it is wrong', () => {
  test.each([
    ['datsets', 'Did you mean zwitness datasets?'],
    ['config chekc', 'Did you mean zwitness config check?'],
    ['config', 'needs one more word: config check, config show, config schema, config reload'],
    ['xyzzy', 'There is no command xyzzy.'],
    ['show', 'Usage: zwitness show <id>'],
    ['show a b', 'b is one word too many.'],
    ['status --snapshots', 'zwitness status has no option --snapshots.'],
  ])('%s', (line, message) => expect(() => parse(line)).toThrow(message))
})

describe('the list of commands', () => {
  const options = [...COMMON_OPTIONS, ...COMMANDS.flatMap((command) => command.options)]

  test('one option name takes a value everywhere or nowhere, and has one letter', () => {
    for (const one of options) {
      for (const other of options.filter(({ name }) => name === one.name)) {
        expect([one.name, other.value === undefined, other.short]).toEqual([
          one.name,
          one.value === undefined,
          one.short,
        ])
      }
    }
  })

  test('one letter is one option', () => {
    const letters = new Map(options.flatMap(({ short, name }) => (short ? [[`${short} ${name}`, short]] : [])))
    expect([...letters.values()].sort()).toEqual([...new Set(letters.values())].sort())
  })

  test('every command of this version is there', () => {
    expect(COMMANDS.map(({ name }) => name).sort()).toEqual(
      [
        ...[
          'ack',
          'adopt',
          'cancel',
          'check',
          'config check',
          'config reload',
          'config schema',
          'config show',
          'completion',
          'datasets',
          'demo',
        ],
        ...[
          'fn list',
          'fn run',
          'healthz',
          'help',
          'history',
          'report',
          'keys init',
          'keys show',
          'known-hosts accept',
          'known-hosts scan',
        ],
        ...[
          'incidents',
          'incident ack',
          'notify list',
          'notify test',
          'logs',
          'maintenance',
          'maintenance end',
          'openapi',
          'pause',
          'preview',
          'repair',
          'resume',
          'run',
          'set-asides',
          'anchors',
          'can-destroy',
          'runs',
          'serve',
          'show',
          'status',
          'version',
        ],
        ...['doctor', 'discover', 'verify', 'explain', 'monitor'],
        ...['audit', 'audit accept', 'audit verify', 'token create', 'token list', 'token revoke'],
        ...['backup', 'restore', 'support-bundle'],
        ...['user add', 'user hash', 'user list', 'user passwd', 'user remove', 'user role'],
      ].sort(),
    )
  })
})
