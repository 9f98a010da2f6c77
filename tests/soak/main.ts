/** `npm run soak -- --seed N --count M [--show]`: plays the sequences of M seeds from N on and says what they covered. */
import { parseArgs } from 'node:util'
import { Counts } from './counts.ts'
import { generate } from './generate.ts'
import { sequenceText } from './operation.ts'
import { play } from './play.ts'
import { shrink } from './shrink.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    longest: { type: 'string', default: '30' },
    /** Failures after which it stops. */
    stop: { type: 'string', default: '1' },
    show: { type: 'boolean', default: false },
  },
})
const [first, count, longest, stop] = [values.seed, values.count, values.longest, values.stop].map(Number) as [
  number,
  number,
  number,
  number,
]

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
  failures++
  console.log(`\nSeed ${seed} broke at step ${failure.step}:\n${failure.found.join('\n')}`)
  const short = await shrink(sequence, failure.found)
  const again = await play(short)
  console.log(`It still does in ${short.operations.length} steps:\n${again.failure?.found.join('\n')}`)
  console.log(`As an entry of tests/soak/regressions.ts:\n${sequenceText(short)}`)
}
console.log(`\n${counts.text()}`)
const seconds = (performance.now() - began) / 1000
console.log(`\n${played} sequences in ${seconds.toFixed(1)} s, ${failures} broke an invariant.`)
process.exitCode = failures === 0 ? 0 : 1
