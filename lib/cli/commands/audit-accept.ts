import type { AuditVerificationView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { HEAD_OPTIONS, headsOf, verificationLines } from './audit-verify.ts'

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
