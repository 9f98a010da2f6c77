import { join } from 'node:path'
import type { Home } from '#tests/witness/home.ts'
import type { Image } from './image.ts'

/** What compose.yaml, or whoever starts a container, may say. */
export interface Settings {
  readonly user?: string
  /** Over those of the image. */
  readonly environment?: Readonly<Record<string, string>>
  /** A file to be mounted over the image's. */
  readonly passwdFile?: string
}

/** A way to run something in the image. @returns the words that do it */
export type Engine = (image: Image, home: Home, settings: Settings, words: readonly string[]) => readonly string[]

/** Where a container's output is caught, mounted as /caught. */
export const caughtIn = (home: Home): string => join(home.directory, 'caught')

function mounts(home: Home, { passwdFile }: Settings): readonly string[] {
  return [
    `${home.config}:/config:ro`,
    `${home.data}:/data`,
    `${home.logs}:/logs`,
    `${caughtIn(home)}:/caught`,
    ...(passwdFile === undefined ? [] : [`${passwdFile}:/etc/passwd:ro`]),
  ]
}

/** A plain chroot: its user, its variables, its volumes; the root file system can be written to by root. */
const chroot: Engine = (image, home, settings, words) =>
  image.buildah(
    'run',
    '--isolation=chroot',
    ...(settings.user === undefined ? [] : ['--user', settings.user]),
    ...Object.entries(settings.environment ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...mounts(home, settings).flatMap((mount) => ['--volume', mount]),
    image.container,
    '--',
    ...words,
  )

/** As compose.yaml has it. */
const hardened: Engine = (image, home, settings, words) => [
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  join(import.meta.dir, 'contained'),
  image.root,
  settings.user ?? image.config.User,
  ...mounts(home, settings),
  '--',
  ...image.config.Env,
  ...Object.entries(settings.environment ?? {}).map(([name, value]) => `${name}=${value}`),
  ...words,
]

export const ENGINES: readonly (readonly [name: string, engine: Engine])[] = [
  ['buildah run --isolation=chroot', chroot],
  ['hardened as in compose.yaml', hardened],
]
