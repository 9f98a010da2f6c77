import { Deno } from '@deno/shim-deno'

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP'

/** Calls `handler` for each of these signals until the function that is returned is called. */
export function onSignal(signals: readonly StopSignal[], handler: (signal: StopSignal) => void): () => void {
  const listeners = signals.map((signal) => ({ signal, listener: () => handler(signal) }))
  for (const { signal, listener } of listeners) Deno.addSignalListener(signal, listener)
  return () => {
    for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener)
  }
}
