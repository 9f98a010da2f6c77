import type { PlanView } from '../api-types.ts'
import { bytesText } from '../bytes.ts'
import { shellWord } from '../failure.ts'
import { paint, type Text } from '../text.ts'

/** A plan as a person reads it before it runs: every command, word by word. */
export function planLines(plan: PlanView): Text[] {
  const { automatic, blocked, destroys, estimateBytes, notes, untouched } = plan
  return [
    [
      paint('bold', plan.kind),
      estimateBytes === null ? '' : `  ${plan.estimateIsExact ? '' : '~'}${bytesText(estimateBytes)}`,
    ],
    plan.outcome,
    ...plan.steps.flatMap(stepLines),
    ...(destroys.length === 0
      ? plan.steps.length === 0
        ? []
        : [paint('green', 'Destroys nothing.')]
      : [paint('red', `Destroys ${destroys.length}:`), ...destroys.map(destroyedLine)]),
    ...(untouched.length === 0 || plan.steps.length === 0 ? [] : [`Untouched: ${untouched.join(', ')}`]),
    ...notes.map((note) => [paint('dim', 'Note: '), note]),
    automatic.allowed
      ? paint('dim', `By itself: yes. ${automatic.because}`.trim())
      : paint('dim', `By itself: no (${automatic.code}). ${automatic.because}`.trim()),
    ...(blocked === null
      ? []
      : [[paint('red', `Held back (${blocked.code}): `), `${blocked.because} ${blocked.cure}`.trim()]]),
  ]
}

function stepLines({ n, title, commands, estimateBytes, ifInterrupted, optional }: PlanView['steps'][number]): Text[] {
  const size = estimateBytes === null ? '' : `  ~${bytesText(estimateBytes)}`
  const words = ifInterrupted.toLowerCase().replaceAll('_', ' ')
  return [
    `${n}. ${title}${size}${optional ? '  (a failure is only a warning)' : ''}`,
    ...commands.map(
      ({ host, argv }, index): Text => [
        paint('dim', `   ${index === 0 ? ' ' : '|'} ${host}: `),
        argv.map(shellWord).join(' '),
      ],
    ),
    ...(commands.length === 0 ? [] : [paint('dim', `     if interrupted: ${words}`)]),
  ]
}

function destroyedLine({ name, guid, createdAt, usedBytes }: PlanView['destroys'][number]): Text {
  return [paint('red', '  ✗ '), `@${name}  ${createdAt}  guid ${guid}  ${bytesText(usedBytes)}`]
}
