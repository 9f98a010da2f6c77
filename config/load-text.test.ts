// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own syntax
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { faultsOf, load, PRODUCT_YAML } from './load.fixture.ts'

test.each([
  [
    'an empty file',
    '',
    ['1:1: The file is empty; write san_hosts and pairs, the sample in config/app-config.yaml shows how.'],
  ],
  [
    'only comments',
    '# nothing\n',
    ['1:1: The file is empty; write san_hosts and pairs, the sample in config/app-config.yaml shows how.'],
  ],
  ['one word', 'hello', ['1:1: The file must be a block of keys with san_hosts and pairs; found "hello".']],
  ['a list', '- 1', ['1:1: The file must be a block of keys with san_hosts and pairs; found a list.']],
  ['NUL', 'a\0b', ['1:1: The file holds NUL bytes; save it as UTF-8 text.']],
  [
    'not UTF-8',
    new TextDecoder().decode(new Uint8Array([0x61, 0xff])),
    ['1:1: The file is not UTF-8 text; save it as UTF-8.'],
  ],
  [
    'over 1 MiB',
    'x'.repeat(1_048_577),
    ['1:1: The file has 1048577 bytes, more than 1 MiB; this is not a configuration of this program.'],
  ],
])('a text that is no configuration: %s', (_, text, faults) => {
  expect(faultsOf(text)).toEqual(faults)
})

test('a bomb of aliases is refused before it fills the memory', () => {
  const levels = Array.from(
    { length: 12 },
    (_, n) =>
      `a${n}: &a${n} [${Array(10)
        .fill(n === 0 ? 'x' : `*a${n - 1}`)
        .join(', ')}]`,
  )
  expect(faultsOf(levels.join('\n')).join('\n')).toContain(
    'More than 200000 values, aliases counted as often as they are used',
  )
})

test('an alias within its own anchor ends', () => {
  expect(faultsOf('san_hosts: &a [*a, *a]\npairs: []').join('\n')).toContain('Nested more than 60 levels deep')
})

test('an alias stands for the value of its anchor', () => {
  const text = PRODUCT_YAML.replace('max_delay_hours: 72', 'max_delay_hours: &delay 12').replace(
    'max_delay_hours: 72',
    'max_delay_hours: *delay',
  )
  expect(load(text).config?.datasets.map(({ policy }) => policy.maxDelaySeconds)).toEqual([43_200, 43_200])
})

test('a byte order mark and Windows line ends do not matter', () => {
  expect(load(`\uFEFF${PRODUCT_YAML.replaceAll('\n', '\r\n')}`).faults).toBeUndefined()
})

test('deep nesting is a fault, not a stack overflow', () => {
  expect(faultsOf(`${'['.repeat(20_000)}${']'.repeat(20_000)}`).length).toBeGreaterThan(0)
})

const WORDS = [
  ...new Set(PRODUCT_YAML.split(/(\s+|[{},:"])/)),
  'defaults',
  'online',
  'send',
  '&a',
  '*a',
  '<<',
  '${X}',
  '$$',
  '|',
  '>',
  '- ',
  '\n',
  '  ',
  '\t',
  '__proto__',
  'constructor',
  'toString',
  '!!binary',
  '? ',
  '~',
  '1e999',
  '0x1F',
  '%YAML 9',
]

test('no text makes it throw: it loads, or says why with line and column', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join('')),
    fc
      .tuple(fc.nat(PRODUCT_YAML.length), fc.nat(30), fc.constantFrom(...WORDS))
      .map(([at, length, word]) => PRODUCT_YAML.slice(0, at) + word + PRODUCT_YAML.slice(at + length)),
  )
  fc.assert(
    fc.property(anything, (text) => {
      const { faults, config } = load(text)
      if (config !== undefined) return
      expect(faults?.length).toBeGreaterThan(0)
      for (const { line, column, message } of faults ?? []) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(column).toBeGreaterThanOrEqual(1)
        expect(message).not.toBe('')
      }
    }),
    { numRuns: 600 },
  )
})

test('no value under any key makes it throw', () => {
  const keys = [
    'name',
    'backup_dataset',
    'id',
    'send',
    'online',
    'keep_free',
    'cron',
    'hostname',
    'datasets',
    'san_hosts',
    'defaults',
    'proxy_jump',
    'constructor',
  ]
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 4 }),
    ),
  })).any
  const places = [
    'san_hosts',
    'pairs',
    'defaults',
    'ssh',
    'scheduler',
    'limits',
    'auth',
    'server',
    'retention',
    'notifications',
  ]
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...places), value), (file) => {
      // JSON is YAML; a text with $ is refused as a lone dollar sign, which is as good a test.
      expect(() => load(JSON.stringify(file))).not.toThrow()
    }),
    { numRuns: 400 },
  )
})
