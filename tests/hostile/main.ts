import { parseArgs } from 'node:util'
import { standInForChildren } from './child.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    looks: { type: 'string', default: '200' },
    stop: { type: 'string', default: '1' },
    script: { type: 'string' },
    show: { type: 'boolean', default: false },
  },
})
standInForChildren()
// Only now: the product is loaded with the stand-in in it.
const { runHostile } = await import('./report.ts')
process.exitCode = await runHostile({
  seed: Number(values.seed),
  looks: Number(values.looks),
  stop: Number(values.stop),
  script: values.script ?? null,
  show: values.show,
})
