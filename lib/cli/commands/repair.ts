import { shellLine, shellWord } from '#lib/text/shell.ts'
import type { PreviewView, RunView } from '../answers.ts'
import type { Arguments } from '../arguments.ts'
import { confirmName, confirmYes } from '../ask.ts'
import type { Command, Context } from '../command.ts'
import { type Connection, datasetPath, SLOW } from '../connection.ts'
import { EXIT, exitOfPlan } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { planLines } from '../render/plan.ts'
import { paint } from '../text.ts'
import { follow } from '../wait.ts'

/** The operator's choice instead of a set-aside. It only asks for the plan; running it asks for the dataset's name and a reason. */
const IN_PLACE = {
  name: 'in-place',
  summary: 'Destroy what stands in the way and roll back, instead of setting it aside.',
}

function strategyOf(args: Arguments): { readonly strategy?: 'IN_PLACE' } {
  return args.flag('in-place') ? { strategy: 'IN_PLACE' } : {}
}

export const preview: Command = {
  name: 'preview',
  summary: 'Read both sides now and show what a repair would do; writes nothing.',
  usage: '<id> [--in-place]',
  operands: [1, 1],
  proposes: ['dataset'],
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
        for (const { host, argv } of commands) out.record([n, host, shellLine(argv)])
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

export const repair: Command = {
  name: 'repair',
  summary: 'Show the plan for a dataset and run it.',
  usage: '<id> [--in-place] [--plan ID] [--confirm NAME] [--reason TEXT] [--yes] [--wait]',
  operands: [1, 1],
  proposes: ['dataset'],
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

/** Null where nothing is to be done. @throws Failure when it is held back, or the person does not agree. */
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
