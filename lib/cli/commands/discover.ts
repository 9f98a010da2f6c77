import type { DiscoveryView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { paint } from '../text.ts'

const LONGEST_MS = 16 * 60_000
const SHOWN = 50

export const discover: Command = {
  name: 'discover',
  summary: 'Which datasets of one SAN are copies of which of another, as lines for the configuration.',
  usage: '<primary> <backup>',
  operands: [2, 2],
  options: [],
  help: [
    'Both are ids under san_hosts. Datasets are matched by the guids of their snapshots, whatever they are called. Writes nothing, also not to the configuration.',
    'The YAML is on stdout, what has no counterpart on stderr.',
    'With --plain: "mapping", primary, backup, common snapshots, newest common, behind, configured id; then "without-backup" or "without-primary", dataset, snapshots, note.',
  ],
  async run({ operands: [primary = '', backup = ''] }, { connect, out }) {
    const connection = await connect()
    const answer = await connection.post<{ readonly output: DiscoveryView }>(
      '/api/functions/discover',
      { primary, backup },
      { timeoutMs: LONGEST_MS },
    )
    const { output } = answer
    if (out.format === 'json') out.json('discovery/1', output)
    else if (out.format === 'plain') {
      for (const { primary: from, backup: to, commonCount, newestCommon, behind, configured } of output.mappings)
        out.record(['mapping', from, to, commonCount, newestCommon.name, behind, configured])
      for (const { dataset, snapshots, note } of output.withoutBackup)
        out.record(['without-backup', dataset, snapshots, note])
      for (const { dataset, snapshots, note } of output.withoutPrimary)
        out.record(['without-primary', dataset, snapshots, note])
    } else {
      for (const line of output.yaml.trimEnd().split('\n')) out.line(line)
      list(`On ${primary}, without a backup on ${backup}:`, output.withoutBackup)
      list(`On ${backup}, without a primary on ${primary}:`, output.withoutPrimary)
    }
    return EXIT.DONE

    function list(title: string, datasets: DiscoveryView['withoutBackup']): void {
      if (datasets.length === 0) return
      out.note(paint('bold', title))
      for (const { dataset, snapshots, note, configured } of datasets.slice(0, SHOWN)) {
        const about = [
          note ?? `${snapshots} ${snapshots === 1 ? 'snapshot' : 'snapshots'}`,
          configured === null ? '' : `watched as ${configured}`,
        ]
        out.note(`  ${dataset}  ${about.filter((part) => part !== '').join(', ')}`)
      }
      if (datasets.length > SHOWN) out.note(`  and ${datasets.length - SHOWN} more (--json has them all)`)
    }
  },
}
