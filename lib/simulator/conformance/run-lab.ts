import { parseResults, renderScenario, type StepResult } from './render.ts'
import type { Scenario } from './scenario.ts'

/** A machine with real OpenZFS and a user `zfsadmin`, where we are root. */
export interface LabLogin {
  readonly sshConfig: string
  readonly host: string
  readonly pools: readonly [string, string]
}

const prelude = [
  'fill() { m=$(zfs get -H -o value mountpoint "$1"); head -c "$2" /dev/urandom >"$m/f$(date +%s%N)" && sync -f "$m"; }',
  `admin() { q=; for w; do q="$q '$w'"; done; su -s /bin/sh zfsadmin -c "$q"; }`,
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
