import type { PreviewView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { SLOW } from '../connection.ts'
import { EXIT, exitOfPlan } from '../exit-codes.ts'
import { shellWord } from '../failure.ts'
import { datasetPath } from '../option-values.ts'
import { planLines } from '../render/plan-text.ts'
import { IN_PLACE, strategyOf } from '../strategy.ts'
import { paint } from '../text.ts'

export const preview: Command = {
  name: 'preview',
  summary: 'Read both sides now and show what a repair would do; writes nothing.',
  usage: '<id> [--in-place]',
  operands: [1, 1],
  options: [IN_PLACE],
  help: [
    'Ends with 0 when there is nothing to do, 4 when a plan is available, 5 when something stands in its way, 75 when a side could not be read.',
    'With --plain: dataset, kind, plan id, bytes, snapshots destroyed, held back because; then one line for each command: step, host, command.',
  ],
  async run(args, { connect, out }) {
    const [id = ''] = args.operands
    const connection = await connect()
    const view = await connection.post<PreviewView>(datasetPath(id, '/preview'), strategyOf(args), SLOW)
    const { plan, planId, datasetId } = view
    if (out.format === 'json') out.json('preview/1', view)
    else if (out.format === 'plain') {
      out.record([datasetId, plan.kind, planId, plan.estimateBytes, plan.destroys.length, plan.blocked?.code ?? null])
      for (const { n, commands } of plan.steps)
        for (const { host, argv } of commands) out.record([n, host, argv.map(shellWord).join(' ')])
    } else {
      out.line(paint('dim', datasetId))
      for (const line of planLines(plan)) out.line(line)
    }
    const exit = exitOfPlan(plan)
    if (exit === EXIT.ATTENTION) {
      // As owner for one command only, this process takes the plan with it when it ends.
      const kept = connection.kind === 'local' ? '' : ` --plan ${planId}`
      out.note(`To run it: zwitness repair ${shellWord(datasetId)}${kept}`)
    }
    return exit
  },
}
