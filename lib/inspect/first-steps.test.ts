import { expect, test } from 'bun:test'
import { type FirstFacts, firstSteps } from './first-steps.ts'

const NEW: FirstFacts = {
  data: { good: true, message: 'writable' },
  config: { file: '/config/app-config.yaml', state: 'missing', datasets: 0 },
  key: { file: '/data/ssh/id_ed25519', line: null, message: 'There is no key.' },
  hosts: [],
  rights: null,
  decisions: 0,
  checkedAt: null,
}
const LOADED = { ...NEW.config, state: 'loaded', datasets: 2 } as const
const HOSTS = [
  { id: 'hqs8', pinned: true },
  { id: 'hqs1', pinned: false },
]
const states = (facts: Partial<FirstFacts>): string =>
  firstSteps({ ...NEW, ...facts })
    .map(({ state }) => state)
    .join(' ')

test.each<[string, Partial<FirstFacts>, string]>([
  ['nothing but a data directory', {}, 'DONE OPEN OPEN LATER LATER LATER LATER'],
  [
    'a data directory that cannot be written',
    { data: { good: false, message: 'no' } },
    'OPEN OPEN OPEN LATER LATER LATER LATER',
  ],
  ['a file with faults', { config: { ...NEW.config, state: 'faulty' } }, 'DONE OPEN OPEN LATER LATER LATER LATER'],
  [
    'a sound file that is not loaded',
    { config: { ...NEW.config, state: 'waiting' } },
    'DONE OPEN OPEN LATER LATER LATER LATER',
  ],
  ['a file without datasets', { config: { ...LOADED, datasets: 0 } }, 'DONE OPEN OPEN LATER LATER LATER LATER'],
  [
    'a key, a configuration, one host pinned',
    { config: LOADED, hosts: HOSTS, key: { ...NEW.key, line: 'ssh-ed25519 A' } },
    'DONE DONE DONE OPEN UNKNOWN OPEN LATER',
  ],
  [
    'rights that could not be read',
    { config: LOADED, hosts: HOSTS, rights: { at: 1, lacking: [], unread: ['hqs1'] } },
    'DONE DONE OPEN OPEN UNKNOWN OPEN LATER',
  ],
  [
    'rights that are missing',
    { config: LOADED, hosts: HOSTS, rights: { at: 1, lacking: ['hqs1'], unread: [] } },
    'DONE DONE OPEN OPEN OPEN OPEN LATER',
  ],
])('%s', (_, facts, expected) => {
  expect(states(facts)).toBe(expected)
})

test('all there', () => {
  const steps = firstSteps({
    ...NEW,
    config: LOADED,
    key: { ...NEW.key, line: 'restrict ssh-ed25519 AAAA witness' },
    hosts: HOSTS.map(({ id }) => ({ id, pinned: true })),
    rights: { at: 1, lacking: [], unread: [] },
    checkedAt: 5,
  })
  expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['DONE']))
  expect(steps.flatMap(({ commands }) => commands)).toEqual([])
  expect(steps.find(({ id }) => id === 'KEY')?.copy).toBe('restrict ssh-ed25519 AAAA witness')
})

test('what is to be done has a command, each host its own', () => {
  const [, , , pins] = firstSteps({ ...NEW, config: LOADED, hosts: HOSTS })
  expect(pins?.commands).toEqual(['zwitness known-hosts scan hqs1', 'zwitness known-hosts accept hqs1 SHA256:…'])
})

test('datasets that need one decision are counted, with the command that settles all of them', () => {
  const last = (facts: Partial<FirstFacts>) => firstSteps({ ...NEW, config: LOADED, checkedAt: 5, ...facts }).at(-1)
  expect(last({ decisions: 3 })).toMatchObject({ id: 'DECISIONS', state: 'OPEN', commands: ['zwitness adopt'] })
  expect(last({ decisions: 3 })?.message).toContain('3 datasets need one decision')
  expect(last({ decisions: 0 })?.state).toBe('DONE')
})
