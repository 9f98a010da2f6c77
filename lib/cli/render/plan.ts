import { heldBack } from '#lib/explain/note.ts'
import { shellLine } from '#lib/text/shell.ts'
import type { PlanView } from '../answers.ts'
import { paint, type Text } from '../text.ts'
import { sizeOrUnknown } from './words.ts'

/** A plan as a person reads it before it runs: every command, word by word. */
export function planLines(plan: PlanView): Text[] {
  const { automatic, blocked, checks, destroys, estimateBytes, notes, setAside, steps, untouched } = plan
  const size = estimateBytes === null || steps.length === 0 ? '' : `  ${plan.estimateIsExact ? '' : '~'}`
  const held = heldBack(plan)
  const lost: Text[] =
    destroys.length === 0
      ? [paint('green', 'Destroys nothing.')]
      : [
          paint(
            'red',
            `Destroys ${destroys.length}${destroys.every(isEmpty) ? ', with no change in any of them' : ''}:`,
          ),
          ...destroys.map(destroyedLine),
        ]
  return [
    [paint('bold', plan.kind), size === '' ? '' : `${size}${sizeOrUnknown(estimateBytes)}`],
    plan.outcome,
    ...steps.flatMap(stepLines),
    ...(steps.length === 0 ? [] : lost),
    ...(setAside === null
      ? []
      : [`Kept as ${setAside.name} (${setAside.snapshots} snapshots, ${sizeOrUnknown(setAside.usedBytes)})`]),
    ...(untouched.length === 0 || steps.length === 0 ? [] : [`Untouched: ${untouched.join(', ')}`]),
    ...checks.map(checkLine),
    ...notes.map((note) => [paint('dim', 'Note: '), note]),
    ...(held === null ? [] : [[paint('red', held[0]), held[1]]]),
    // What holds a person back holds the scheduler back too: said once.
    ...(blocked !== null || plan.kind === 'NOTHING' ? [] : [paint('dim', `Automatic repair: ${automatic.below}`)]),
  ]
}

function stepLines({ n, title, commands, estimateBytes, ifInterrupted, optional }: PlanView['steps'][number]): Text[] {
  const size = estimateBytes === null ? '' : `  ~${sizeOrUnknown(estimateBytes)}`
  const words = ifInterrupted.toLowerCase().replaceAll('_', ' ')
  return [
    `${n}. ${title}${size}${optional ? '  (a failure is only a warning)' : ''}`,
    ...commands.map(
      ({ host, argv }, index): Text => [paint('dim', `   ${index === 0 ? ' ' : '|'} ${host}: `), shellLine(argv)],
    ),
    ...(commands.length === 0 ? [] : [paint('dim', `     if interrupted: ${words}`)]),
  ]
}

function isEmpty({ holdsNothing }: PlanView['destroys'][number]): boolean {
  return holdsNothing === true
}

function destroyedLine({ kind, name, guid, createdAt, usedBytes }: PlanView['destroys'][number]): Text {
  const size = sizeOrUnknown(usedBytes)
  const cross = paint('red', '  ✗ ')
  if (kind === 'WRITTEN') return [cross, `what was written to ${name} after its newest snapshot  ${size}`]
  if (kind === 'PARTIAL') return [cross, `the partial receive stored in ${name}  ${size}`]
  return [cross, `${kind === 'BOOKMARK' ? '#' : '@'}${name}  ${createdAt}  guid ${guid}  ${size}`]
}

const MARKS = {
  OK: ['green', '✓'],
  WARNING: ['yellow', '▲'],
  FAILED: ['red', '✗'],
  UNKNOWN: ['dim', '?'],
} as const

function checkLine({ state, sentence, cure }: PlanView['checks'][number]): Text {
  const [colour, mark] = MARKS[state]
  return [paint(colour, `${mark} `), cure === null ? sentence : `${sentence} ${cure}`]
}
