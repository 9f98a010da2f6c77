import { readTextFile } from '#lib/host/files.ts'
import { counted } from '#lib/text/words.ts'
import type { AuditVerificationView, AuditView } from '../answers.ts'
import { type Arguments, type OptionSpec, wholeNumber } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { readPages } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { paint, type Text } from '../text.ts'

export const audit: Command = {
  name: 'audit',
  summary: 'Who did what, from where, why, and what came of it; newest first.',
  usage: '[--actor NAME] [--action WORDS] [--target WHAT] [--limit N]',
  operands: [0, 0],
  options: [
    { name: 'actor', value: 'NAME', proposes: 'user', summary: 'Only of this user or token.' },
    { name: 'action', value: 'WORDS', summary: 'Only these: repair, login, tokenCreate …' },
    {
      name: 'target',
      value: 'WHAT',
      proposes: 'dataset',
      summary: 'Only what was done to this dataset, run, user or token.',
    },
    { name: 'limit', value: 'N', summary: 'At most so many (20).' },
  ],
  help: ['With --plain: id, at, kind, who, role, address, action, target, result, code, reason.'],
  async run(args, context) {
    const { out } = context
    const connection = await context.connect()
    const most = wholeNumber('--limit', args.text('limit') ?? '20')
    const query = { actor: args.text('actor'), action: args.text('action'), target: args.text('target') }
    const { items } = await readPages<AuditView>(connection, '/api/audit', query, { most, pageSize: 500 })
    if (out.format === 'json') out.json('audit/1', { items })
    else if (out.format === 'plain')
      for (const { id, at, actor, action, target, result, code, reason } of items)
        out.record([id, at, actor.kind, actor.name, actor.role, actor.address, action, target, result, code, reason])
    else if (items.length > 0)
      out.table(
        ['AT', 'WHO', 'FROM', 'WHAT', 'RESULT', 'WHY'].map((title) => ({ title })),
        items.map(({ at, actor, action, target, result, code, reason }) => [
          at,
          `${actor.kind.toLowerCase()} ${actor.name}`,
          actor.address ?? '',
          target === null ? action : `${action} ${target}`,
          code === null ? result : `${result} ${code}`,
          reason ?? '',
        ]),
      )
    if (items.length === 0) out.note('No entry matches.')
    return EXIT.DONE
  },
}

const TYPED = /^[0-9a-f]{64}(@[1-9]\d{0,14})?$/
/** A log holds other hashes too; a head names its entry. */
const WRITTEN = /\b[0-9a-f]{64}@[1-9]\d{0,14}\b/g
/** As many as the service takes; of a longer log the newest. */
const MOST_HEADS = 400

const HEAD_OPTIONS: readonly OptionSpec[] = [
  { name: 'head', value: 'HASH[@ID]', summary: 'A head that was kept elsewhere: it must be met.' },
  {
    name: 'head-file',
    value: 'FILE',
    proposes: 'file',
    summary: 'All heads in it must be met: a log with the daily lines, for example; - is stdin.',
  },
]

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'Is the audit as it was written? Says where an entry is changed or missing.',
  usage: '[--head HASH[@ID]] [--head-file FILE] [--known]',
  operands: [0, 0],
  options: [
    ...HEAD_OPTIONS,
    { name: 'known', summary: 'Faults that an admin accepted on record are no reason for 4.' },
  ],
  help: [
    'Each entry carries a hash over itself and the one before it. Whoever can write to the database can make all hashes anew; a head that was kept elsewhere finds that, and an end that was cut off. It is in the log every day, and on stdout of the service.',
    'After a database was put back from a copy, heads from later than the copy are not met: zwitness audit accept --reason WHY puts on record why.',
    'Ends with 4 where something is wrong. With --plain: intact, checked at, entries, head; then a line for each fault: kind, from, to, accepted by.',
  ],
  async run(args, context) {
    const { out } = context
    const heads = await headsOf(args, context)
    const connection = await context.connect()
    const check = await connection.post<AuditVerificationView>('/api/audit/verify', { heads })
    const { faults, head } = check
    if (out.format === 'json') out.json('audit-verification/1', check)
    else if (out.format === 'plain') {
      out.record([check.intact, check.checkedAt, check.entries, head && `${head.hash}@${head.id}`])
      for (const { kind, from, to, accepted } of faults) out.record([kind, from, to, accepted?.by ?? null])
    } else for (const line of verificationLines(check, heads.length)) out.line(line)
    const counted = args.flag('known') ? faults.filter(({ accepted }) => accepted === null) : faults
    return counted.length === 0 ? EXIT.DONE : EXIT.ATTENTION
  },
}

/** @throws UsageError for what is no head, and for a file without one: nothing would be compared */
async function headsOf(args: Arguments, { io }: Context): Promise<readonly string[]> {
  const typed = args.text('head')
  if (typed !== null && !TYPED.test(typed))
    throw new UsageError(`--head ${typed}: write HASH or HASH@ID, as the daily line of the log has it.`)
  const file = args.text('head-file')
  const found = file === null ? [] : ((await textOf(file, io.readStdin)).match(WRITTEN) ?? [])
  if (file !== null && found.length === 0)
    throw new UsageError(`There is no head in ${file}: it has no line like "Its head, to be kept elsewhere: HASH@ID".`)
  return [...new Set([...(typed === null ? [] : [typed]), ...found.slice(-MOST_HEADS)])].slice(-MOST_HEADS)
}

async function textOf(file: string, readStdin: () => Promise<string>): Promise<string> {
  if (file === '-') return readStdin()
  try {
    return await readTextFile(file)
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

/** What a check found, for a person. */
function verificationLines(check: AuditVerificationView, compared: number): Text[] {
  const { head, faults, entries, forgotten, chainedLater } = check
  const sign =
    faults.length === 0 ? paint('green', '✓') : paint(check.intact ? 'yellow' : 'red', check.intact ? '▲' : '✗')
  const state = faults.length === 0 ? 'is as it was written' : 'is not as it was written'
  const met = compared === 0 ? '' : `, compared with ${counted(compared, 'head')} from elsewhere`
  return [
    [sign, ` The audit ${state}: ${entries} ${entries === 1 ? 'entry' : 'entries'}${met}.`],
    ...faults.map(({ sentence, accepted }): Text => {
      const by = accepted && ` Accepted by ${accepted.by} at ${accepted.at}: ${accepted.reason ?? ''}`
      return `  ${sentence}${by ?? ''}`
    }),
    ...(forgotten > 0 ? [`  ${forgotten} of them are repairs of policy of which only their place is left.`] : []),
    ...(chainedLater === null
      ? []
      : [
          `  Entries up to ${chainedLater.to} were chained by an upgrade at ${chainedLater.at}: a change before that cannot be seen.`,
        ]),
    ...(head === null ? [] : [`  Head: ${head.hash}@${head.id}`]),
  ]
}

export const auditAccept: Command = {
  name: 'audit accept',
  summary: 'Say on record why the audit is broken where it is; what is accepted is no alarm any more.',
  usage: '--reason WHY [--head HASH[@ID]] [--head-file FILE]',
  operands: [0, 0],
  options: [
    { name: 'reason', value: 'TEXT', summary: 'Kept with it, for example: database put back from the copy of 3 May.' },
    ...HEAD_OPTIONS,
  ],
  help: [
    'Accepts what a check finds now, and shows it. The faults stay, and stay visible with who accepted them and why.',
  ],
  async run(args, context) {
    const { out } = context
    const reason = args.text('reason')?.trim() ?? ''
    if (reason === '') throw new UsageError('Why? Write --reason and a sentence for whoever reads the audit later.')
    const heads = await headsOf(args, context)
    const connection = await context.connect()
    const found = await connection.post<AuditVerificationView>('/api/audit/verify', { heads })
    const open = found.faults.filter(({ accepted }) => accepted === null)
    if (open.length > 0)
      await connection.post<AuditVerificationView>('/api/audit/accept', {
        faults: open.map(({ key }) => key),
        heads,
        reason,
      })
    const check = await connection.post<AuditVerificationView>('/api/audit/verify', { heads })
    if (out.format === 'json') out.json('audit-verification/1', check)
    else if (out.format === 'plain') out.record([open.length])
    else if (open.length === 0) out.line('There is nothing to accept.')
    else for (const line of verificationLines(check, heads.length)) out.line(line)
    return EXIT.DONE
  },
}
