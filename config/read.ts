import { join } from 'node:path'
import { environmentVariables } from '#lib/host/environment.ts'
import { isNotFound, isPermissionDenied, isSecretOpen, modeText, openFilesAllowed } from '#lib/host/files.ts'
import { closeSync, openSync, readFileSync, readSync, statSync } from '#lib/host/system-calls.ts'
import { MAX_BYTES } from './document.ts'
import { type Loaded, loadConfig } from './load.ts'

/** Where the image mounts its configuration. */
const DEFAULT_DIRECTORY = '/config'
const FILE_NAME = 'app-config.yaml'
const MAX_SECRET_BYTES = 64 * 1024

export interface ReadConfig {
  readonly file: string
  /** The text that was judged, for excerpts; null where it could not be read. */
  readonly text: string | null
  /** There is no such file: what a first start finds. */
  readonly missing: boolean
  readonly loaded: Loaded
  /** What was read for `*_file` keys: path → content, or why it could not be read. Never shown. */
  readonly secrets: ReadonlyMap<string, string>
}

/** The file that `readConfig` reads: `app-config.yaml` in `ZWITNESS_CONFIG_DIR`. */
export function configFile(env: Readonly<Record<string, string | undefined>> = environmentVariables()): string {
  return join(env.ZWITNESS_CONFIG_DIR || DEFAULT_DIRECTORY, FILE_NAME)
}

/** Would reading it again give the same? Then it need not be judged again, which takes longer than all the rest of a status. */
export function isUnchanged({ file, text, secrets }: ReadConfig): boolean {
  try {
    if (text === null || readText(file) !== text) return false
  } catch {
    // Why it cannot be read is said by whoever reads it whole.
    return false
  }
  return [...secrets].every(([path, content]) => content === outcomeOf(() => readSecret(path)))
}

/** Reads and judges the configuration. A file that cannot be read is a fault like any other; nothing is thrown. */
export function readConfig(
  options: {
    readonly file?: string
    readonly env?: Readonly<Record<string, string | undefined>>
    readonly now?: number
  } = {},
): ReadConfig {
  const env = options.env ?? environmentVariables()
  const file = options.file ?? configFile(env)
  let text: string
  try {
    text = readText(file)
  } catch (error) {
    return {
      file,
      text: null,
      missing: isNotFound(error),
      secrets: new Map(),
      loaded: { faults: [{ file, line: 1, column: 1, path: '', message: whyUnreadable(error, file) }] },
    }
  }
  const systemZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const now = options.now ?? Date.now()
  const secrets = new Map<string, string>()
  const readFile = (path: string): string => {
    secrets.set(
      path,
      outcomeOf(() => readSecret(path)),
    )
    return readSecret(path)
  }
  return {
    file,
    text,
    missing: false,
    loaded: loadConfig({ text, file, env, readFile, now, systemZone }),
    secrets,
  }
}

/** What runs before there is a file: no SAN, every default. */
export function nothingConfigured(file: string): Extract<Loaded, { readonly config: object }> {
  const systemZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const env = environmentVariables()
  const text = 'san_hosts: {}\npairs: []\n'
  const loaded = loadConfig({
    text,
    file,
    env,
    readFile: (path) => readSecret(path),
    now: Date.now(),
    systemZone,
  })
  if (loaded.faults !== undefined) throw new Error('A configuration of nothing is not valid.')
  return loaded
}

/** What it gives, or why it throws. */
function outcomeOf(read: () => string): string {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** No more than may be judged, and one byte by which that is seen: whoever writes the file does not decide what it costs. */
function readText(file: string): string {
  // A pipe that no one writes into would hang the service. What a shell makes of `<(…)`, and stdin, do end.
  if (!statSync(file).isFile() && !/^\/dev\/(fd\/\d+|stdin)$|^\/proc\/self\/fd\/\d+$/.test(file))
    throw new Error('it is not a plain file')
  const buffer = Buffer.allocUnsafe(MAX_BYTES + 1)
  const descriptor = openSync(file, 'r')
  try {
    let length = 0
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null)
      if (read === 0) return buffer.toString('utf8', 0, length)
      length += read
    }
  } finally {
    closeSync(descriptor)
  }
}

function readSecret(path: string): string {
  try {
    // A pipe or /dev/zero would hang the load, or fill the memory.
    const facts = statSync(path)
    if (!facts.isFile() || facts.size > MAX_SECRET_BYTES) throw new Error('it is not a small plain file')
    const open = { mode: facts.mode & 0o7777, gid: facts.gid }
    if (isSecretOpen(open) && !openFilesAllowed())
      throw new Error(
        `others may read or change it (mode ${modeText(open)}); chmod 600 it, or where its mount shows every file like this set ZWITNESS_OPEN_FILES=allow`,
      )
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isNotFound(error)) throw new Error('it does not exist', { cause: error })
    if (isPermissionDenied(error)) throw new Error('this user may not read it', { cause: error })
    throw error
  }
}

function whyUnreadable(error: unknown, file: string): string {
  if (isNotFound(error))
    return `There is no file ${file}; put app-config.yaml there, or set ZWITNESS_CONFIG_DIR to the directory that has it.`
  if (isPermissionDenied(error))
    return `This user may not read ${file}; give it read permission (chmod a+r, and a+x on the directory).`
  return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`
}
