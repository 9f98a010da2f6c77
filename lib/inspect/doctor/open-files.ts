import { fileFacts, isOpenToOthers, modeText, openFilesAllowed, othersMayWrite } from '#lib/host/files.ts'
import { shellLine } from '#lib/text/shell.ts'

/** Files and directories that decide what the witness does. */
export interface OwnFiles {
  readonly configuration: string
  /** The directories of the configuration, of the data, of the logs. */
  readonly directories: readonly string[]
  readonly keys: readonly string[]
  readonly knownHosts: readonly string[]
  readonly database: string
}

export interface OpenFile {
  readonly path: string
  /** One sentence: what is so, and what follows. */
  readonly message: string
  readonly cure: string
  /** The line that mends it. */
  readonly command: string
  /** A start is refused for it. */
  readonly refused: boolean
}

/**
 * What others on this machine could read or change. A private key is refused, as ssh does; the rest is said, for there are
 * mounts that show every file as open, whoever may reach it. What is not there, or may not be looked at, is said elsewhere.
 */
export async function openFiles(files: OwnFiles, allowed = openFilesAllowed()): Promise<readonly OpenFile[]> {
  const found: OpenFile[] = []
  for (const path of new Set(files.keys)) {
    const facts = await look(path)
    if (facts === null || !facts.isFile || !isOpenToOthers(facts)) continue
    found.push({
      path,
      message: `Others may read or change the private key ${path} (mode ${modeText(facts)}).`,
      cure: allowed
        ? 'ZWITNESS_OPEN_FILES=allow lets it pass, and ssh is given a private copy. Better keep it in a volume that has modes.'
        : 'Close it; only where its mount shows every file like this, set ZWITNESS_OPEN_FILES=allow (docs/install.md).',
      command: shellLine(['chmod', '600', path]),
      refused: !allowed,
    })
  }
  const writable: readonly (readonly [path: string, what: string])[] = [
    [files.configuration, 'whoever changes it decides what is watched, and what is sent where'],
    ...files.directories.map((path) => [path, 'whoever may write there can put other files in place of ours'] as const),
    ...files.knownHosts.map((path) => [path, 'whoever changes it decides which machine passes for a SAN'] as const),
    [files.database, 'whoever changes it changes users, tokens and the history'],
  ]
  const seen = new Set<string>()
  for (const [path, what] of writable) {
    if (seen.has(path)) continue
    seen.add(path)
    const facts = await look(path)
    if (facts === null || !othersMayWrite(facts)) continue
    found.push({
      path,
      message: `Others may write ${path} (mode ${modeText(facts)}): ${what}.`,
      cure: 'Close it, unless its mount shows every file like this and nobody else can reach it.',
      command: shellLine(['chmod', 'go-w', path]),
      refused: false,
    })
  }
  return found
}

const look = (path: string) => fileFacts(path).catch(() => null)
