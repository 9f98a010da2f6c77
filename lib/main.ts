import { processIo } from '#lib/cli/io.ts'
import { main } from './cli/main.ts'

// Not process.exit: what is written to a pipe must arrive first.
process.exitCode = await main(process.argv.slice(2), processIo())
