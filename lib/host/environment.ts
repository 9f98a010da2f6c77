import { Deno } from '@deno/shim-deno'

/** An environment variable, or null when it is not set or empty. */
export const environmentVariable = (name: string): string | null => Deno.env.get(name) || null

export const environmentVariables = (): Readonly<Record<string, string>> => Deno.env.toObject()

/** For this process and the children that it starts from now on. */
export const setEnvironmentVariable = (name: string, value: string): void => Deno.env.set(name, value)

export const hostname = (): string => Deno.hostname()

type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP'

/** Calls `handler` for each of these signals until the function that is returned is called. */
export function onSignal(signals: readonly StopSignal[], handler: (signal: StopSignal) => void): () => void {
  const listeners = signals.map((signal) => ({ signal, listener: () => handler(signal) }))
  for (const { signal, listener } of listeners) Deno.addSignalListener(signal, listener)
  return () => {
    for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener)
  }
}

/** Waits, or returns early when the signal fires; never throws. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
}
