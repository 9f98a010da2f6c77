import { parseResults, renderScenario, type StepResult } from './render.ts'
import type { Scenario } from './scenario.ts'

/** A machine with real OpenZFS and a user `zfsadmin`, where we are root. */
interface LabLogin {
  readonly sshConfig: string
  readonly host: string
  readonly pools: readonly [string, string]
}

// As few processes as can be: on an emulated machine each costs as much as a step, and `su` as much as three.
const prelude = [
  'fill() { n=1; while [ -e "/pools/$1/f$n" ]; do n=$((n + 1)); done; head -c "$2" /dev/urandom >"/pools/$1/f$n" && sync -f "/pools/$1"; }',
  'U=$(id -u zfsadmin); G=$(id -g zfsadmin); admin() { setpriv --reuid "$U" --regid "$G" --clear-groups "$@"; }',
  // Rights that someone delegated on the whole pool would answer for those of the scenario.
  'zfs unallow -u zfsadmin $P 2>/dev/null; zfs unallow -u zfsadmin $Q 2>/dev/null',
].join('\n')

/** Runs a scenario there, in one login, for logins of an emulated machine are slow. */
export async function runOnLab(scenario: Scenario, { sshConfig, host, pools }: LabLogin): Promise<StepResult[]> {
  const script = renderScenario(scenario, { pools, prelude })
  const child = Bun.spawn(['ssh', '-F', sshConfig, host, 'sh -s'], {
    stdin: new Blob([script]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return parseResults(scenario, out, err)
}
