import { Hindrance } from '../misbehave/effects.ts'
import type { Misbehaviour } from '../misbehave/rules.ts'
import { encryptionRootOf } from '../properties/settings.ts'
import { humanSize } from '../properties/sizes.ts'
import { type Command, type Context, complain, say } from '../state/environment.ts'
import { mayDo } from '../state/rights.ts'
import { markSending } from '../state/sends.ts'
import { openDataset, openSnapshot, type SnapshotPlace } from '../state/tree.ts'
import { encodeBegin } from '../stream/format.ts'
import { StreamOutput, writeEnd, writeStream } from '../stream/output.ts'
import { assertSendable, makeStep, planAll, planResume, planSingle, type SendStep } from '../stream/plan.ts'
import { decodeToken, describeToken } from '../stream/token.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parseName } from '../words/names.ts'
import { lastValue, type Parsed, parseOptions } from '../words/options.ts'

const longNames = {
  dryrun: 'n',
  verbose: 'v',
  parsable: 'P',
  raw: 'w',
  props: 'p',
  'large-block': 'L',
  embed: 'e',
  compressed: 'c',
}

/** `zfs send [-nvPpwLec] [-i|-I FROM] NAME@SNAP`, `zfs send [-nvP] -t TOKEN`. */
export const sendWith =
  (rules: readonly Misbehaviour[]): Command =>
  (context, args) => {
    const usage = usageOf('send')
    const options = parseOptions(args, 'nvPpwLecDVsbhi:I:t:', usage, longNames)
    const token = lastValue(options, 't')
    const verbose = options.flags.has('v') || options.flags.has('P')
    if (token !== undefined) {
      const content = decodeToken(token)
      const say = options.flags.has('n') ? emit : tell
      if (options.flags.has('v')) say(context, describeToken(content))
      const { place, step } = planResume(context.store, content)
      return run(context, options, place, [step], false, rules, verbose)
    }
    const [name] = options.operands
    if (name === undefined) throw new Failure(`missing snapshot argument\n${usage}`, 2)
    if (!name.includes('@')) return sendHead(context, name)
    const place = openSnapshot(context.store, name)
    const flags = {
      raw: options.flags.has('w'),
      large: options.flags.has('L'),
      embedded: options.flags.has('e'),
      compressed: options.flags.has('c'),
    }
    const stepOptions = { flags, properties: options.flags.has('p') }
    if (stepOptions.properties && !flags.raw && encryptionRootOf(place.pool, place.dataset)) {
      const why = `encrypted dataset ${place.dataset.name} may not be sent with properties without the raw flag`
      throw new Failure(`cannot send ${name}: ${why}\nwarning: cannot send '${name}': backup failed`)
    }
    const [all, single] = [lastValue(options, 'I'), lastValue(options, 'i')]
    if (all !== undefined) {
      const steps = planAll(context.store, place, all, stepOptions)
      return run(context, options, place, steps, true, rules, verbose)
    }
    const step =
      single === undefined
        ? makeStep(context.store, place, null, stepOptions)
        : planSingle(context.store, place, typed(context, single), stepOptions)
    return run(context, options, place, [step], false, rules, verbose)
  }

function typed(context: Context, from: string): string {
  if (/[@#]/.test(from) || from.includes('/')) return from
  complain(
    context,
    "Warning: incremental source didn't specify type, assuming snapshot. Use '@' or '#' prefix to avoid ambiguity.",
  )
  return `@${from}`
}

function sendHead(context: Context, name: string): number {
  parseName(name)
  const { dataset } = openDataset(context.store, name)
  if (dataset.mounted || dataset.type === 'volume') {
    throw new Failure(`warning: cannot send '${name}': target is busy; if a filesystem, it must not be mounted`)
  }
  throw new Failure(`warning: cannot send '${name}': the simulator sends snapshots only`)
}

const emit = (context: Context, lines: readonly string[]) => {
  for (const line of lines) say(context, line)
}

/** Says it at once on stderr, for the stream has yet to come. */
const tell = ({ io }: Context, lines: readonly string[]) => {
  for (const line of lines) io.tell(2, `${line}\n`)
}

async function run(
  context: Context,
  options: Parsed,
  place: SnapshotPlace,
  steps: readonly SendStep[],
  compound: boolean,
  rules: readonly Misbehaviour[],
  verbose: boolean,
): Promise<number> {
  const exact = options.flags.has('P')
  const lines = verbose ? estimateLines(steps, exact) : []
  if (options.flags.has('n')) {
    emit(context, lines)
    return 0
  }
  const { pool, dataset, snapshot } = place
  const full = `${dataset.name}@${snapshot.name}`
  if (compound && !mayDo(context.user, pool, dataset, 'hold')) {
    throw new Failure(`cannot hold: permission denied\ncannot send '${dataset.name}': permission denied`)
  }
  if (!mayDo(context.user, pool, dataset, 'send'))
    throw new Failure(`warning: cannot send '${full}': permission denied`)
  assertSendable(place, options.flags.has('w') || (steps[0]?.description.flags.raw ?? false))
  // Warnings come before the stream, not after it.
  tell(context, context.stderr.splice(0))
  tell(context, lines)
  let progress: SendProgress | null = null
  const output = new StreamOutput(context.io, new Hindrance(rules), (bytes) => progress?.add(bytes))
  const last = steps.at(-1)
  if (compound && last) await output.write(encodeBegin({ ...last.description, kind: 'compound', extents: [] }))
  const done = markSending(
    context,
    pool,
    steps.map((one) => one.snapshot),
  )
  for (const { description } of steps) {
    progress = options.flags.has('v') ? new SendProgress(context, description.toName, exact) : null
    await writeStream(output, description)
  }
  if (compound) await writeEnd(output)
  done()
  return 0
}

function estimateLines(steps: readonly SendStep[], exact: boolean): string[] {
  const total = steps.reduce((sum, one) => sum + one.estimate, 0)
  const size = (bytes: number) => humanSize(bytes, 'B')
  if (exact) {
    const rows = steps.map(({ from, description, estimate }) =>
      from === null
        ? `full\t${description.toName}\t${estimate}`
        : `incremental\t${from}\t${description.toName}\t${estimate}`,
    )
    return [...rows, `size\t${total}`]
  }
  const rows = steps.map(({ from, description, estimate }) => {
    const what =
      from === null
        ? `full send of ${description.toName}`
        : `send from ${/[@#]/.test(from) ? from : `@${from}`} to ${description.toName}`
    return `${what} estimated size is ${size(estimate)}`
  })
  return [...rows, `total estimated size is ${size(total)}`]
}

const two = (value: number) => String(value).padStart(2, '0')

/** The line that `zfs send -v` writes to stderr each second while a snapshot is under way. */
class SendProgress {
  private readonly context: Context
  private readonly exact: boolean
  private readonly name: string
  private bytes = 0
  private nextAt: number

  constructor(context: Context, name: string, exact: boolean) {
    this.context = context
    this.nextAt = context.now() + 1000
    this.name = name
    this.exact = exact
    if (!exact) context.io.tell(2, `TIME        SENT   SNAPSHOT ${name}\n`)
  }

  add(bytes: number): void {
    this.bytes += bytes
    if (this.context.now() < this.nextAt) return
    this.nextAt += 1000
    const now = new Date(this.context.now())
    const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')
    this.context.io.tell(
      2,
      this.exact
        ? `${time}\t${this.bytes}\t${this.name}\n`
        : `${time}   ${humanSize(this.bytes).padStart(5)}   ${this.name}\n`,
    )
  }
}
