/**
 * `npm run hostile -- --looks N --seed N [--lanes N] [--shrink] [--show]`: random looks with a hostile SAN among others, each
 * compared with the same look of a world in which it is honest. `--script FILE` plays one script, `--checkout DIRECTORY` does
 * any of it with the product of another checkout. Ends with 0 where nothing broke.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { playElsewhere } from './checkout.ts'
import { standInForChildren } from './child.ts'
import { playInParts } from './parts.ts'
import { LOOKS_A_SCRIPT } from './script.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    looks: { type: 'string', default: '2000' },
    lanes: { type: 'string', default: `${availableParallelism()}` },
    shrink: { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
    script: { type: 'string' },
    checkout: { type: 'string' },
    /** Of a part: where its outcome is written. */
    outcome: { type: 'string' },
  },
})

process.exitCode = await main()

async function main(): Promise<number> {
  const { checkout, outcome, ...rest } = values
  if (checkout !== undefined) return playElsewhere(checkout, wordsOf(rest))
  const began = performance.now()
  // Only now: the product is loaded with the stand-in in it.
  standInForChildren()
  const { playAll, report } = await import('./report.ts')
  const wanted = {
    seed: Number(values.seed),
    scripts: Math.ceil(Number(values.looks) / LOOKS_A_SCRIPT),
    shrink: values.shrink,
    show: values.show,
    file: values.script ?? null,
  }
  const lanes = wanted.file === null ? Math.min(Number(values.lanes), wanted.scripts) : 1
  const played = lanes > 1 && outcome === undefined ? await playInParts(wanted, lanes) : await playAll(wanted)
  const { figures, broken } = played
  if (outcome === undefined) console.log(report(played, (performance.now() - began) / 1000))
  else await Bun.write(outcome, JSON.stringify({ figures: figures.data(), looks: broken.looks, kinds: broken.kinds }))
  return broken.looks === 0 ? 0 : 1
}

/** The same words again, for another process. */
function wordsOf(options: Readonly<Record<string, string | boolean | undefined>>): string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : value === true ? [`--${name}`] : [`--${name}`, String(value)],
  )
}
