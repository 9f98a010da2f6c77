import type { Directories } from '#lib/app/settings.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'

/** A whole zwitness inside this process. */
export interface LocalApp {
  fetch(request: Request): Promise<Response>
  close(): Promise<void>
}

interface ListenOptions {
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

// Imported only here and only when needed: `zwitness config check` must work where the rest cannot even be loaded.
export const localLoaders: Loaders = {
  async openApp(directories) {
    const { openApp } = await import('#lib/app/app.ts')
    return curable(() => openApp({ directories, role: 'command' }))
  },
  async serve(options) {
    const { serve } = await import('#lib/app/serve.ts')
    return curable(() => serve(options))
  },
  async demo(options) {
    const { demo } = await import('#lib/demo/demo.ts')
    return curable(() => demo(options))
  },
}

/** What opening the data directory may end with, as the command line says it. */
async function curable<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    const { OwnedElsewhere } = await import('#lib/app/app.ts')
    const { ConfigInvalid } = await import('#lib/app/configuration.ts')
    const { SchemaTooNew, StoreError } = await import('#lib/db/errors.ts')
    const { StartRefused } = await import('#lib/app/settings.ts')
    if (error instanceof OwnedElsewhere) {
      const next = 'the same again when it has ended, or with --url where it is a service'
      throw new Failure(EXIT.NO_SERVICE, error.message, { next, cause: error })
    }
    if (error instanceof StartRefused)
      throw new Failure(EXIT.CONFIG, 'Nothing is started like this.', {
        lines: error.faults,
        next: 'zwitness doctor',
        cause: error,
      })
    if (error instanceof ConfigInvalid) {
      const { faultLine } = await import('#config/faults.ts')
      throw new Failure(EXIT.CONFIG, `The configuration ${error.file} is not valid.`, {
        lines: error.faults.map(faultLine),
        next: 'zwitness config check',
        cause: error,
      })
    }
    if (error instanceof SchemaTooNew || error instanceof StoreError)
      throw new Failure(EXIT.NO_SERVICE, error.message, { cause: error })
    throw error
  }
}
