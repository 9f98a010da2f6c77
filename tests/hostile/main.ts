/**
 * `npm run hostile -- --looks N --seed N [--shrink] [--show]`: random looks with a hostile SAN among others, each compared with
 * the same look of a world in which it is honest. `--script FILE` plays one script, `--checkout DIRECTORY` does any of it with
 * the product of another checkout. Ends with 0 where nothing broke.
 */
import { parseArgs } from 'node:util'
import { standInForChildren } from './child.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    looks: { type: 'string', default: '2000' },
    shrink: { type: 'boolean', default: false },
    script: { type: 'string' },
    checkout: { type: 'string' },
    show: { type: 'boolean', default: false },
  },
})
if (values.checkout !== undefined) {
  const { playElsewhere } = await import('./checkout.ts')
  const own = process.argv.slice(2)
  const at = own.findIndex((word) => word.startsWith('--checkout'))
  process.exit(await playElsewhere(values.checkout, own.toSpliced(at, own[at]?.includes('=') ? 1 : 2)))
}
standInForChildren()
// Only now: the product is loaded with the stand-in in it.
const { runHostile } = await import('./report.ts')
process.exitCode = await runHostile({
  seed: Number(values.seed),
  looks: Number(values.looks),
  shrink: values.shrink,
  script: values.script ?? null,
  show: values.show,
})
