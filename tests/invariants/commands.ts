import type { ActionRecord, RunRecord } from '#lib/db/types.ts'

/** The bed's own way of failing a write. */
export const DISK_FULL = 'The disk of the database is full'

/** All that the product may ever ask of a SAN that writes. */
const WRITES: ReadonlySet<string> = new Set([
  'send',
  'receive',
  'bookmark',
  'clone',
  'promote',
  'rename',
  'hold',
  'set',
])

/** Commands that a run sent and that must not be among them. */
export function forbiddenCommands(actions: readonly ActionRecord[]): string[] {
  return actions.flatMap(({ runId, command }) =>
    command.flatMap((argv) => {
      const words = argv.slice(argv.indexOf('zfs') + 1)
      const verb = words[0] ?? ''
      const line = argv.join(' ')
      if (!WRITES.has(verb)) return [`forbidden: run ${runId} sent \`${line}\``]
      const forced = verb === 'receive' && words.some((word) => /^-[a-zA-Z]*[FA]/.test(word))
      return forced ? [`forbidden: run ${runId} sent \`${line}\``] : []
    }),
  )
}

/** I9: a run that ended says how, a plan destroys nothing. */
export function unexplainedRuns(runs: readonly RunRecord[]): string[] {
  return runs.flatMap((run) => {
    const found: string[] = []
    const name = `run ${run.id} (${run.kind}, ${run.state})`
    if ((run.plan?.destroys.length ?? 0) > 0) found.push(`destroys: the plan of ${name} destroys something`)
    if (run.error?.kind === 'internal' && !run.error.message.includes(DISK_FULL))
      found.push(`internal: ${name}: ${run.error.message}`)
    const open = run.state === 'QUEUED' || run.state === 'RUNNING'
    if (open) return found
    if (run.finishedAt === null) found.push(`unexplained: ${name} has no end`)
    if (run.state !== 'INTERRUPTED' && !run.outcome) found.push(`unexplained: ${name} has no outcome`)
    if (run.state === 'FAILED' && (run.error === null || run.error.message.trim() === ''))
      found.push(`unexplained: ${name} has no error`)
    return found
  })
}
