import { expect, test } from 'bun:test'
import { generate } from './generate.ts'
import { MUTATIONS } from './mutations.ts'
import { play } from './play.ts'
import { REGRESSIONS } from './regressions.ts'

/** More of them: `npm run soak -- --seed 1000 --count 2000`. */
const SEEDS = { first: 1, count: 60, aTest: 20, longest: 14 }

/** A generous limit: one that went on behind the next one would disturb it. */
const PATIENCE_MS = 300_000

test.each(REGRESSIONS)(
  'seed $seed: $was',
  async (sequence) => {
    expect(await play(sequence)).toEqual({ failure: null })
  },
  PATIENCE_MS,
)

test('docs/soak.md names every seed that broke something', async () => {
  const page = await Bun.file('docs/soak.md').text()
  expect(
    REGRESSIONS.map(({ seed }) => seed).filter((seed) => !new RegExp(`^\\| ${seed} +\\|`, 'm').test(page)),
  ).toEqual([])
})

for (let first = SEEDS.first; first < SEEDS.first + SEEDS.count; first += SEEDS.aTest) {
  test(
    `whatever happens in the sequences from seed ${first} on, every invariant holds`,
    async () => {
      for (let seed = first; seed < first + SEEDS.aTest; seed++)
        expect({ seed, ...(await play(generate(seed, SEEDS.longest))) }).toEqual({ seed, failure: null })
    },
    PATIENCE_MS,
  )
}

test.each(Object.entries(MUTATIONS))(
  'with %s put back the soak finds it',
  async (name, { foundBy }) => {
    const words = ['tests/soak/main.ts', '--mutation', name, '--seed', `${foundBy}`, '--count', '1']
    const child = Bun.spawn([process.execPath, ...words], { stdout: 'pipe', stderr: 'pipe' })
    const [said, complained] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    expect({ exitCode: await child.exited, complained }).toEqual({ exitCode: 0, complained: '' })
    expect(said).toContain(`${name} was found`)
  },
  PATIENCE_MS,
)
