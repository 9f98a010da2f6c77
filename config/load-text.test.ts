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
    ['1:1: The file has more than 1 MiB; this is not a configuration of this program.'],
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

/** Each is more than any configuration, and would take seconds, or the stack, where it was parsed before it is measured. */
const TOO_MUCH: readonly (readonly [name: string, text: string, line: number, words: string])[] = [
  [
    'sixty thousand unknown keys',
    Array.from({ length: 60_000 }, (_, at) => `key${at}: 1\n`).join(''),
    20_001,
    'More than 100000 words and signs up to here',
  ],
  [
    'a list of a hundred thousand',
    `a:\n${'- b\n'.repeat(100_000)}`,
    25_001,
    'More than 100000 words and signs up to here',
  ],
  ['brackets in brackets', `a:\n  - ${'['.repeat(400_000)}`, 2, 'Nested more than 60 levels deep'],
  ['blocks in blocks', `a:\n  ${'- '.repeat(40_000)}b`, 2, 'Nested more than 60 levels deep'],
  ['keys of keys', '? '.repeat(40_000), 1, 'Nested more than 60 levels deep'],
  ['blocks one below the other', Array.from({ length: 90 }, (_, at) => `${' '.repeat(at)}a:\n`).join(''), 62, 'Nested'],
  ['anchors', Array.from({ length: 50_000 }, (_, at) => `- &a${at} x\n`).join(''), 16_667, 'More than 100000'],
  ['tags', '!a '.repeat(300_000), 1, 'More than 100000'],
  ['documents', '---\n'.repeat(200_000), 50_001, 'More than 100000'],
]

test.each(TOO_MUCH)('is measured before it is parsed, and told with its line: %s', (_, text, line, words) => {
  const [fault, ...more] = faultsOf(text)
  expect(more).toEqual([])
  expect(fault).toStartWith(`${line}:`)
  expect(fault).toContain(words)
})

test('as many datasets as one witness can have are no such text', () => {
  const entry = (at: number) => `      - { name: hqs8p1/d${at}, backup_dataset: hqs1p1/d${at}, max_delay_hours: 72 }\n`
  const many = Array.from({ length: 2_000 }, (_, at) => entry(at)).join('')
  expect(load(PRODUCT_YAML.replace('    datasets:\n', `    datasets:\n${many}`)).config?.datasets).toHaveLength(2_002)
})

test('of very many faults the first hundred are told, and how many there are', () => {
  const faults = faultsOf(`${PRODUCT_YAML}${Array.from({ length: 3_000 }, (_, at) => `key${at}: 1\n`).join('')}`)
  expect(faults).toHaveLength(101)
  expect(faults.at(-1)).toBe('119:1 key100: 2900 more are found from here on; correct those above first.')
})
