import { main } from './cli/main.ts'
import { processIo } from './cli/process-io.ts'

// Not process.exit: what is written to a pipe must arrive first.
process.exitCode = await main(process.argv.slice(2), processIo())
