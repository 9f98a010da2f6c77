import type { ActionRecord, RunRecord } from '#lib/db/types.ts'

/** The bed's own way of failing a write. */
export const DISK_FULL = 'The disk of the database is full'

/** All that the product may ever ask of a SAN that writes. */
const WRITES: ReadonlySet<string> = new Set([
  'send',
  'receive',
  'bookmark',
  'create',
  'clone',
  'promote',
  'mount',
  'unmount',
  'rename',
  'hold',
  'release',
  'set',
])
/** What a first transfer holds on its primary; no other hold is ever released. */
export const SEED_TAG = /^zwitness-[0-9a-f]{8}$/
/** A swap puts these right, a repair says whose it is, and nothing else. */
const SET = /^(zwitness:by=[0-9a-f]{16}@[0-9TZ:-]{20}|readonly=on|canmount=(on|off|noauto)|(ref)?quota=[0-9]+)$/
/** A place for what is received below it: nothing of its own, never mounted. */
const PLACE = /^-p -u -o canmount=off -o readonly=on$/
/** What a person chose in place of a set-aside, having typed the name: nothing else may send these. */
const DESTRUCTIVE: ReadonlySet<string> = new Set(['destroy', 'rollback', 'receive -A'])

const PEOPLE: ReadonlySet<string> = new Set(['http', 'cli'])

/** Commands that a run sent and that must not be among them. A run that is not known chose nothing. */
export function forbiddenCommands(actions: readonly ActionRecord[], runs: readonly RunRecord[] = []): string[] {
  const chosen = new Set(runs.filter(wasChosen).map(({ id }) => id))
  return actions.flatMap(({ runId, command }) =>
    command.flatMap((argv) => {
      const what = meaningOf(argv)
      const fine = DESTRUCTIVE.has(what) ? chosen.has(runId) : WRITES.has(what)
      return fine ? [] : [`forbidden: run ${runId} sent \`${argv.join(' ')}\``]
    }),
  )
}

/** The verb, with what makes it another one. */
function meaningOf(argv: readonly string[]): string {
  const [verb = '', ...words] = argv.slice(argv.indexOf('zfs') + 1)
  if (verb === 'create') return PLACE.test(words.slice(0, -1).join(' ')) ? verb : `create ${words.join(' ')}`
  if (verb === 'release') return SEED_TAG.test(words[0] ?? '') ? verb : `release ${words[0]}`
  if (verb === 'set') return SET.test(words[0] ?? '') ? verb : `set ${words[0]}`
  if (verb !== 'receive') return verb
  const letter = ['F', 'A'].find((flag) => words.some((word) => new RegExp(`^-[a-zA-Z]*${flag}`).test(word)))
  return letter === undefined ? verb : `receive -${letter}`
}

/** A person, not the scheduler, chose to destroy, and said why. */
function wasChosen({ plan, trigger, reason }: RunRecord): boolean {
  return plan?.kind === 'IN_PLACE' && PEOPLE.has(trigger.type) && (reason ?? '').trim() !== ''
}

/** I9: a run that ended says how, a plan destroys nothing. */
export function unexplainedRuns(runs: readonly RunRecord[]): string[] {
  return runs.flatMap((run) => {
    const found: string[] = []
    const name = `run ${run.id} (${run.kind}, ${run.state})`
    if ((run.plan?.destroys.length ?? 0) > 0 && !wasChosen(run))
      found.push(`destroys: the plan of ${name} destroys something that nobody chose to`)
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
