/**
 * Answers like `zfs`, `zpool` and `date` of a SAN that exists only in a directory:
 * `bun simulator/zfs.ts zfs|zpool|date ARGUMENTS…`, with ZWITNESS_SIM_DIR and, optionally, ZWITNESS_SIM_USER.
 * Each remote command starts it anew: keep the imports few.
 */
import { main } from './cli/main.ts'

process.exit(await main(process.argv.slice(2), process.env))
