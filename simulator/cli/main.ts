import { ownMark } from '../state/process-mark.ts'
import { dieOfBrokenPipe, processIo } from './pipes.ts'
import { run } from './run.ts'

/** Runs the command line of this process; returns its exit code. */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const directory = env.ZWITNESS_SIM_DIR
  if (!directory) {
    processIo.tell(2, 'Set ZWITNESS_SIM_DIR to the directory of the simulated SAN.\n')
    return 1
  }
  dieOfBrokenPipe()
  const user = env.ZWITNESS_SIM_USER || 'root'
  return run(argv, { directory, user, io: processIo, owner: ownMark(), now: Date.now })
}
