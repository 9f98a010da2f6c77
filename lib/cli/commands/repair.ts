import type { PreviewView, RunView } from '../api-types.ts'
import type { Arguments } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { type Connection, SLOW } from '../connection.ts'
import { EXIT, exitOfPlan } from '../exit-codes.ts'
import { Failure, shellWord } from '../failure.ts'
import { follow } from '../follow-up.ts'
import { datasetPath } from '../option-values.ts'
import { confirmName, confirmYes } from '../prompt.ts'
import { planLines } from '../render/plan-text.ts'
import { IN_PLACE, strategyOf } from '../strategy.ts'

export const repair: Command = {
  name: 'repair',
  summary: 'Show the plan for a dataset and run it.',
  usage: '<id> [--in-place] [--plan ID] [--confirm NAME] [--reason TEXT] [--yes] [--wait]',
  operands: [1, 1],
  options: [
    IN_PLACE,
    { name: 'plan', value: 'ID', summary: 'Run exactly the plan of this preview, without asking again.' },
    { name: 'yes', short: 'y', summary: 'Do not ask; only for a plan that destroys nothing.' },
    { name: 'confirm', value: 'NAME', summary: 'The full backup dataset, where the plan destroys something.' },
    { name: 'wait', summary: 'Until it has ended; the exit code is the result.' },
    { name: 'reason', value: 'TEXT', summary: 'Kept with the run.' },
  ],
  help: ['What is shown is what runs: when the SANs have changed in between, it ends with 6 and nothing was done.'],
  async run(args, context) {
    const id = args.operands[0] ?? ''
    const connection = await context.connect()
    const agreed = args.text('plan') === null ? await agreedPlan(id, args, context, connection) : fromOptions(args)
    if (agreed === null) return EXIT.DONE
    const body = { mode: 'REPAIR', ...agreed, reason: args.text('reason') ?? undefined }
    const begun = await connection.post<RunView>(datasetPath(id, '/run'), body, SLOW)
    return follow(context, connection, begun, args.flag('wait'))
  },
}

interface Agreed {
  readonly planId?: string
  readonly confirm?: string
}

function fromOptions(args: Arguments): Agreed {
  return { planId: args.text('plan') ?? undefined, confirm: args.text('confirm') ?? undefined }
}

/** Null where nothing is to be done. @throws Failure when it is held back or nobody agrees. */
async function agreedPlan(
  id: string,
  args: Arguments,
  context: Context,
  connection: Connection,
): Promise<Agreed | null> {
  const { out } = context
  const { plan, planId, confirm } = await connection.post<PreviewView>(
    datasetPath(id, '/preview'),
    strategyOf(args),
    SLOW,
  )
  const exit = exitOfPlan(plan)
  if (exit === EXIT.DONE) {
    out.note(plan.outcome)
    return null
  }
  if (exit !== EXIT.ATTENTION) {
    const { because, cure } = plan.blocked ?? { because: plan.outcome, cure: '' }
    throw new Failure(exit, `${because} ${cure}`.trim(), { next: `zwitness show ${shellWord(id)}` })
  }
  // Whoever is asked sees what about, --quiet or not.
  for (const line of planLines(plan)) (args.flag('yes') ? out.note : out.error)(line)
  if (confirm === null && plan.destroys.length > 0)
    throw new Failure(EXIT.REFUSED, 'This plan destroys snapshots, but the service does not say what is to be typed.')
  if (confirm !== null) return { planId, confirm: await confirmName(context, confirm, args.text('confirm')) }
  if (!args.flag('yes')) await confirmYes(context, `Run this plan for ${id}?`)
  return { planId }
}
