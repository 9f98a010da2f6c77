import { MISBEHAVIOUR } from './misbehaviour.ts'
import { NETWORK } from './network.ts'
import type { Row } from './row.ts'
import { WITNESS } from './witness.ts'
import { ZFS } from './zfs.ts'

/** Every fault that the product must survive, by its number, and where that is proved. */
export const MATRIX: readonly Row[] = [...NETWORK, ...ZFS, ...WITNESS]
export const ROWS = 105

/** `docs/fault-matrix.md`. */
export function matrixPage(): string {
  const open = MATRIX.filter(({ notYet }) => notYet !== null)
  return [
    '# Fault matrix',
    '',
    'Every fault that was thought of, by its number, and the test that provokes it. After each of them the same must hold: nothing on any SAN is lost, no run and no process is left behind, the status shown is true or UNKNOWN, and the next scheduled looks heal it without a person or say what a person has to do.',
    '',
    `${MATRIX.length - open.length} of ${MATRIX.length} are proved; of ${open.length} something is still to be proved, as the row says.`,
    '',
    ...table(MATRIX),
    '## What the stand-ins can be told to do wrong',
    '',
    'The simulated SANs (`simulator`), a real sshd on this machine (`tests/ssh`), and the bed (`tests/bed`).',
    '',
    ...table(MISBEHAVIOUR),
    'Written by `UPDATE=1 bun test tests/faults/matrix` from `tests/faults/matrix/`.',
    '',
  ].join('\n')
}

function table(rows: readonly Row[]): readonly string[] {
  const cells = rows.map(({ row, fault, provedBy, notYet }) => {
    const where = provedBy.map(({ file, test }) => `${file}: ${test.replaceAll('|', '\\|')}`)
    return `| ${row} | ${fault} | ${[...(notYet === null ? [] : [`**Not yet:** ${notYet}`]), ...where].join('<br>')} |`
  })
  return ['| # | fault | proved by |', '|---|---|---|', ...cells, '']
}
