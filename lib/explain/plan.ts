import type { PlanView } from '#lib/api/plan.ts'
import { bytes, commandLines, wrapped } from './lines.ts'

/** What the repair would do, with its commands as they can be pasted. */
export function planLines(plan: PlanView): readonly string[] {
  const { kind, outcome, steps, destroys, setAside, checks, notes, blocked, automatic, estimateBytes } = plan
  const size = steps.length === 0 || estimateBytes === null ? '' : `, about ${bytes(estimateBytes)}`
  const lost = destroys.length === 0 ? 'Destroys nothing.' : `Destroys ${destroys.length}:`
  return [
    ...wrapped(`${kind}${size}: ${outcome}`),
    ...steps.flatMap(({ n, title, commands }) => [
      ...wrapped(`${n}. ${title}`, '  ', '     '),
      ...commands.flatMap(({ host, argv }) => [...wrapped(`on ${host}:`, '     '), ...commandLines(argv, '       ')]),
    ]),
    ...(steps.length === 0 ? [] : wrapped(lost)),
    ...destroys.flatMap(({ kind: what, name, guid }) =>
      wrapped(`${what} ${name}${guid === null ? '' : ` guid ${guid}`}`, '    - ', '      '),
    ),
    ...(setAside === null
      ? []
      : wrapped(
          `Set aside and kept: ${setAside.name}, ${setAside.snapshots} ${setAside.snapshots === 1 ? 'snapshot' : 'snapshots'}, ${bytes(setAside.usedBytes)}`,
          '  ',
          '    ',
        )),
    ...checks
      .filter(({ state }) => state !== 'OK')
      .flatMap(({ state, sentence, cure }) => wrapped(`${state}: ${sentence} ${cure ?? ''}`, '  ', '    ')),
    ...notes.flatMap((note) => wrapped(`Note: ${note}`, '  ', '    ')),
    ...(blocked === null ? [] : heldBack(blocked, outcome)),
    ...(blocked !== null || kind === 'NOTHING'
      ? []
      : wrapped(`Automatic repair (${automatic.code}): ${automatic.below}`, '  ', '    ')),
  ]
}

function heldBack({ code, because, cure }: NonNullable<PlanView['blocked']>, outcome: string): readonly string[] {
  const words = [outcome.includes(because) ? '' : because, cure].filter((text) => text !== '').join(' ')
  return wrapped(words === '' ? `Held back (${code}).` : `Held back (${code}): ${words}`, '  ', '    ')
}
