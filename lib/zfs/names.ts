/**
 * The grammar of ZFS names (OpenZFS `zfs_namecheck.c`). A checker answers null when the name is fine, else one sentence
 * that says what to write instead. Nothing here trims: a name may begin or end with a space.
 */

export * from './paths.ts'

/** Bytes of a whole name, `@snap` or `#mark` included. */
export const NAME_LIMIT = 255
/** Components of a dataset name, the pool counted. */
export const DEPTH_LIMIT = 50

export interface NameOptions {
  /** Default true: every name that ZFS itself takes. The config says false. */
  readonly allowSpaces?: boolean
}

const RESERVED_POOL = /^(mirror|raidz|draid|spare|log$|logs$|cache$|special$|dedup$)/

/** @returns null, or what is wrong with `text` as a name such as `pool/data/vm-1`. */
export function checkDatasetName(text: string, options: NameOptions = {}): string | null {
  const shown = shownName(text)
  if (text === '') return 'A dataset name is empty; write the pool and the path, for example tank/data.'
  if (text.length > NAME_LIMIT)
    return `The dataset name ${shown} has ${text.length} characters; ZFS takes at most ${NAME_LIMIT}.`
  if (text.startsWith('/'))
    return `The dataset name ${shown} begins with a slash; write it as ${shownOr(text.slice(1))}.`
  if (text.endsWith('/'))
    return `The dataset name ${shown} ends with a slash; write it as ${shownOr(text.slice(0, -1))}.`
  if (/[@#]/.test(text))
    return `The dataset name ${shown} holds @ or #; write only the dataset, for example ${shownOr(text.split(/[@#]/, 1)[0] ?? '')}.`
  const components = text.split('/')
  if (components.length > DEPTH_LIMIT)
    return `The dataset name ${shown} is ${components.length} levels deep; ZFS takes at most ${DEPTH_LIMIT}.`
  for (const component of components) {
    const fault = checkComponent(component, options)
    if (fault !== null) return `The dataset name ${shown} ${fault}`
  }
  const pool = components[0] ?? ''
  if (!/^[A-Za-z]/.test(pool))
    return `The dataset name ${shown} must begin with a pool name, which begins with a letter.`
  if (RESERVED_POOL.test(pool)) return `The pool name ${JSON.stringify(pool)} is reserved by ZFS; no pool can have it.`
  return null
}

/** @returns null, or what is wrong with `text` as the whole name of a snapshot, `pool/ds@snap`. */
export function checkSnapshotName(text: string, options: NameOptions = {}): string | null {
  return checkMarked(text, '@', 'snapshot', options)
}

/** @returns null, or what is wrong with `text` as the whole name of a bookmark, `pool/ds#mark`. */
export function checkBookmarkName(text: string, options: NameOptions = {}): string | null {
  return checkMarked(text, '#', 'bookmark', options)
}

export function isDatasetName(text: string): boolean {
  return checkDatasetName(text) === null
}

export function isSnapshotName(text: string): boolean {
  return checkSnapshotName(text) === null
}

function checkMarked(text: string, mark: '@' | '#', what: string, options: NameOptions): string | null {
  const shown = shownName(text)
  const at = text.indexOf(mark)
  if (at < 0) return `The ${what} name ${shown} has no ${mark}; write it as pool/dataset${mark}name.`
  if (text.length > NAME_LIMIT)
    return `The ${what} name ${shown} has ${text.length} characters; ZFS takes at most ${NAME_LIMIT}, dataset included.`
  const label = checkComponent(text.slice(at + 1), options)
  if (label !== null) return `The ${what} name ${shown} ${label}`
  return checkDatasetName(text.slice(0, at), options)
}

function checkComponent(component: string, options: NameOptions): string | null {
  if (component === '') return 'has an empty part; write no two slashes in a row and a name after @ or #.'
  if (component === '.' || component === '..')
    return `has the part "${component}", which ZFS refuses; give it another name.`
  const bad = /[^A-Za-z0-9_.: -]/.exec(component)
  if (bad !== null) return `holds ${JSON.stringify(bad[0])}; ZFS takes letters, digits and _ - : . only.`
  if (options.allowSpaces === false && component.includes(' '))
    return 'holds a space; name the dataset without one (zfs rename), it is refused here.'
  return null
}

function shownOr(text: string): string {
  return shownName(text === '' ? 'tank/data' : text)
}

/** A text of any length, in a sentence. */
function shownName(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 299)}…` : text)
}
