/**
 * `npm run soak -- --seed N --count M [--show]`: plays the sequences of M seeds from N on and says what they covered.
 * `--mutation NAME`: with a defect put back, which is to be found; ends with 0 where it was.
 */
import { parseArgs } from 'node:util'
import { Counts } from './counts.ts'
import { generate } from './generate.ts'
import { putBack } from './mutations.ts'
import { sequenceText } from './operation.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    longest: { type: 'string', default: '30' },
    /** Failures after which it stops. */
    stop: { type: 'string', default: '1' },
    mutation: { type: 'string' },
    show: { type: 'boolean', default: false },
  },
})
const [first, count, longest, stop] = [values.seed, values.count, values.longest, values.stop].map(Number) as [
  number,
  number,
  number,
  number,
]

if (values.mutation !== undefined) putBack(values.mutation)
// Only now: the product is loaded as it is to be.
const { play } = await import('./play.ts')
const { shrink } = await import('./shrink.ts')

const counts = new Counts()
const began = performance.now()
let failures = 0
let played = 0
for (let seed = first; seed < first + count && failures < stop; seed++) {
  const sequence = generate(seed, longest)
  const { failure } = await play(sequence, counts, values.show ? console.log : undefined)
  played++
  if (played % 100 === 0) console.log(`${played} of ${count} sequences played, up to seed ${seed}.`)
  if (failure === null) continue
  if (values.mutation !== undefined && (await breaksAnyway(seed))) {
    console.log(`Seed ${seed} breaks without the mutation too and says nothing of it.`)
    continue
  }
  failures++
  console.log(`\nSeed ${seed} broke at step ${failure.step}:\n${failure.found.join('\n')}`)
  if (values.mutation !== undefined) continue
  const short = await shrink(sequence, failure.found)
  const again = await play(short)
  console.log(`It still does in ${short.operations.length} steps:\n${again.failure?.found.join('\n')}`)
  console.log(`As an entry of tests/soak/regressions.ts:\n${sequenceText(short)}`)
}
console.log(`\n${counts.text()}`)
const judged = [...counts.of('oracle').values()].reduce((sum, times) => sum + times, 0)
const away = counts.of('oracle').get('UNKNOWN, the look was taken away') ?? 0
const share = judged === 0 ? 0 : (100 * away) / judged
console.log(`The oracle judged ${judged} states; ${share.toFixed(1)} % were UNKNOWN, the look having been taken away.`)
const seconds = (performance.now() - began) / 1000
console.log(`\n${played} sequences in ${seconds.toFixed(1)} s, ${failures} broke an invariant.`)
const found = failures > 0
if (values.mutation !== undefined)
  console.log(found ? `${values.mutation} was found after ${played} sequences.` : `${values.mutation} was NOT found.`)
process.exitCode = found === (values.mutation !== undefined) ? 0 : 1

/** Does the sequence break an invariant of the product as it is? In a process of its own: this one has the mutation. */
async function breaksAnyway(seed: number): Promise<boolean> {
  const words = [process.execPath, import.meta.path, '--seed', `${seed}`, '--count', '1', '--longest', `${longest}`]
  return (await Bun.spawn(words, { stdout: 'ignore', stderr: 'inherit' }).exited) !== 0
}
