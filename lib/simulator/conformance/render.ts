import type { Scenario } from './scenario.ts'

/** What one step answered. */
export interface StepResult {
  readonly line: string
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface Stage {
  /** Pools of the primary and of the backup. */
  readonly pools: readonly [string, string]
  /** Shell functions `fill DATASET BYTES` and `admin COMMAND…`. */
  readonly prelude: string
}

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
    'T=$(mktemp -d) ; W=$(mktemp -d) ; chmod 755 "$T"',
    stage.prelude,
    'step() { (eval "$1") >"$W/o" 2>"$W/e" </dev/null; r=$?; printf "@@%s %s %s\\n" $r $(wc -c <"$W/o") $(wc -c <"$W/e"); cat "$W/o" "$W/e"; printf "\\n"; }',
    ...steps,
    'zfs destroy -R "$A" >/dev/null 2>&1; zfs destroy -R "$B" >/dev/null 2>&1; rm -rf "$T" "$W"',
    '',
  ].join('\n')
}

/** Reads what a rendered scenario printed; throws when it ended early, for a cut answer is no answer. */
export function parseResults(scenario: Scenario, output: Uint8Array): StepResult[] {
  const decoder = new TextDecoder()
  let at = 0
  return scenario.lines.map((line) => {
    const end = output.indexOf(10, at)
    const header = /^@@(\d+) (\d+) (\d+)$/.exec(decoder.decode(output.subarray(at, Math.max(at, end))))
    if (end < 0 || !header) throw new Error(`Scenario ${scenario.name} ended before the step: ${line}`)
    const [exitCode, outLength, errLength] = [Number(header[1]), Number(header[2]), Number(header[3])]
    const stdout = decoder.decode(output.subarray(end + 1, end + 1 + outLength))
    const stderr = decoder.decode(output.subarray(end + 1 + outLength, end + 1 + outLength + errLength))
    at = end + 1 + outLength + errLength + 1
    return { line, exitCode, stdout, stderr }
  })
}
