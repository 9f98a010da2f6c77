import type { DoctorReportView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { doctorLines, fixLines } from '../render/doctor-text.ts'

/** Every pair is tried with real bytes, one after the other. */
const LONGEST_MS = 35 * 60_000

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look at everything that replication rests on, each with its cure.',
  usage: '[--host H] [--throughput] [--fix-hints]',
  operands: [0, 0],
  options: [
    { name: 'host', value: 'HOST', summary: 'Only this host, and what it takes part in.' },
    { name: 'throughput', summary: 'Also send 64 MiB of zeros along every pair.' },
    { name: 'fix-hints', summary: 'Only the lines to paste, for each machine.' },
  ],
  help: [
    'Writes to no SAN. Ends with 0 when everything is as it should be, 4 with warnings, 1 when replication cannot work like this (or the doctor itself failed).',
    'With --plain: state, check, subject (witness, host, pair, dataset), its id, message, cure. With --plain --fix-hints: host (empty: the witness), command.',
  ],
  async run(args, { connect, out, settings }) {
    const connection = await connect()
    const host = args.text('host')
    const body = { ...(host === null ? {} : { host }), ...(args.flag('throughput') ? { throughput: true } : {}) }
    const { output } = await connection.post<{ readonly output: DoctorReportView }>('/api/functions/doctor', body, {
      timeoutMs: LONGEST_MS,
    })
    const hints = args.flag('fix-hints')
    if (out.format === 'json') out.json('doctor/1', output)
    else if (out.format === 'plain')
      for (const { state, check, subject, message, cure, fix } of output.findings) {
        if (hints) for (const each of fix) out.record([each.host, each.command])
        else out.record([state, check, subject.kind.toLowerCase(), subject.id, message, cure])
      }
    else for (const line of hints ? fixLines(output) : doctorLines(output, settings.verbose)) out.line(line)
    if (output.counts.FAILED > 0) return EXIT.FAILED
    return output.counts.WARNING > 0 ? EXIT.ATTENTION : EXIT.DONE
  },
}
