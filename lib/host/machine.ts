import { Deno } from '@deno/shim-deno'

export const hostname = (): string => Deno.hostname()

export const processId = (): number => Deno.pid

export const workingDirectory = (): string => Deno.cwd()

/** Resident memory of this process, in bytes. */
export const residentBytes = (): number => Deno.memoryUsage().rss
