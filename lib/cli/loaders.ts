import type { Directories } from '#lib/directories.ts'

/** A whole zwitness inside this process. */
export interface LocalApp {
  fetch(request: Request): Promise<Response>
  close(): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** Called when it listens, with its address. */
  readonly onReady: (url: string) => void
}

/** The heavy parts, loaded only by the commands that need them. Each throws a Failure for what a person can cure. */
export interface Loaders {
  openApp(directories: Directories): Promise<LocalApp>
  /** Until a signal ends it; answers the exit code. */
  serve(options: ListenOptions & { readonly directories: Directories }): Promise<number>
  demo(options: ListenOptions): Promise<number>
}
