import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

/** Where and under what load the figures were made. */
export interface Machine {
  readonly cores: number
  readonly processor: string
  readonly memoryGb: number
  readonly kernel: string
  readonly bun: string
}

/** More than this per core, over a minute, and the figures prove nothing. */
const BUSY_PER_CORE = 1.5

export function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
    bun: Bun.version,
  }
}

/** Processes that ran or wanted to, mean of the last minute. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100
}

/** At the start: who else is at work here. The benches themselves make the load at the end. */
export function isBusy(loadAtStart: number, { cores }: Machine): boolean {
  return loadAtStart > BUSY_PER_CORE * cores
}

/** What a process has of the memory now, MB. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kb ?? Number.NaN) * 1024) / 1e6
}

const TICKS_PER_SECOND = 100

/** CPU seconds of a process itself, user and system, in hundredths; its children are not in it. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may hold spaces: the fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
