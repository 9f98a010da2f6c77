const running = new Set<Bun.Subprocess>()
let interrupted = false

/** Runs a program with our own output. @returns its exit code; 128 + n where a signal ended it, 124 after the time limit. */
export async function command(
  argv: readonly string[],
  { env, minutes }: { readonly env?: Readonly<Record<string, string>>; readonly minutes?: number } = {},
): Promise<number> {
  if (interrupted) return 130
  const child = Bun.spawn([...argv], {
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
  })
  running.add(child)
  let late = false
  const limit =
    minutes === undefined
      ? undefined
      : setTimeout(() => {
          late = true
          child.kill('SIGKILL')
        }, minutes * 60_000)
  try {
    const code = await child.exited
    return late ? 124 : code
  } finally {
    clearTimeout(limit)
    running.delete(child)
  }
}

/** Has somebody stopped it? Then nothing more is to be started. */
export const wasInterrupted = (): boolean => interrupted

/** On Ctrl-C or SIGTERM: tells, ends what runs, starts nothing more; the sum is still printed. */
export function onInterrupt(tell: (signal: string) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!interrupted) tell(signal)
      interrupted = true
      for (const child of running) child.kill('SIGTERM')
    })
  }
}
