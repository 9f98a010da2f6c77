import type { Scenario } from './scenario.ts'

/** What one step answered. */
export interface StepResult {
  readonly line: string
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

interface Stage {
  /** Pools of the primary and of the backup. */
  readonly pools: readonly [string, string]
  /** Shell functions `fill DATASET BYTES` and `admin COMMAND…`. */
  readonly prelude: string
}

/** Printed on both outputs after each step, with its exit code. */
const marker = '@@end of step'
const ending = /@@end of step (\d+)@@\n/

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** The scenario as one `sh` script, so that a slow ssh login is paid once for all its steps. */
export function renderScenario(scenario: Scenario, stage: Stage): string {
  const [p, q] = stage.pools
  const steps = scenario.lines.map((line) => {
    const silent = line.startsWith(':')
    return `step ${quote(silent ? line.slice(1) : line)}`
  })
  return [
    'export LC_ALL=C TZ=UTC',
    `P=${p} Q=${q} A=${p}/conf-${scenario.name} B=${q}/conf-${scenario.name}`,
    'T=$(mktemp -d) ; chmod 755 "$T"',
    stage.prelude,
    // Nothing but what the shell can do by itself: on an emulated machine every further process costs as much as a step.
    `step() { (eval "$1") </dev/null; m="${marker} $?@@"; echo "$m"; echo "$m" >&2; }`,
    ...steps,
    // ZFS unmounts by path: of two that are mounted in one place it may take the wrong one, and then destroys neither.
    'for d in "$A" "$B"; do zfs destroy -R "$d" || { umount -R -l "/pools/$d"; zfs destroy -R "$d"; }; done >/dev/null 2>&1',
    'rm -rf "$T"',
    '',
  ].join('\n')
}

/** Reads what a rendered scenario printed; throws when it ended early, for a cut answer is no answer. */
export function parseResults(scenario: Scenario, stdout: string, stderr: string): StepResult[] {
  const [out, err] = [stdout.split(ending), stderr.split(ending)]
  return scenario.lines.map((line, index) => {
    const at = 2 * index
    const code = out[at + 1]
    if (code === undefined || code !== err[at + 1])
      throw new Error(`Scenario ${scenario.name} ended before the step: ${line}\n${stderr.slice(-2000)}`)
    return { line, exitCode: Number(code), stdout: out[at] ?? '', stderr: err[at] ?? '' }
  })
}
