/** Everything a command knows of the terminal and the process, so that tests can be both. */
export interface Io {
  /** Data. */
  stdout(text: string): void
  /** Messages. */
  stderr(text: string): void
  readonly stdoutIsTty: boolean
  readonly stderrIsTty: boolean
  readonly stdinIsTty: boolean
  /** Width of the terminal in cells. */
  readonly columns: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after that long, or at once when the signal fires; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Ctrl-C or SIGTERM; the function that is returned takes it back. */
  onInterrupt(handler: () => void): () => void
  /** One line typed by a person; null at the end of the input. Only where `stdinIsTty`. */
  ask(question: string): Promise<string | null>
  /** The same without showing what is typed. */
  askSecret(question: string): Promise<string | null>
  /** All of the standard input, where it is no terminal. */
  readStdin(): Promise<string>
  /** Ends the process at once: for a second Ctrl-C while it is still tidying up. */
  exit(code: number): void
}
