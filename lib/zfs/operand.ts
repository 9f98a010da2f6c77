import { checkBookmarkName, checkDatasetName, checkSnapshotName } from './names.ts'
import { isResumeToken } from './token-contents.ts'

/** A word that must not reach a command line. It is a fault of the program or of a host's answer, never of the user. */
export class UnsafeOperand extends Error {
  override readonly name = 'UnsafeOperand'
  readonly operand: string

  constructor(operand: string, reason: string) {
    super(reason)
    this.operand = operand
  }
}

/*
 * Each hands back its word or throws. A name begins with its pool and a pool with a letter, so none can be taken for an
 * option; they stand last on the command line all the same.
 */
export function datasetOperand(name: string): string {
  return checked(name, checkDatasetName(name))
}

export function snapshotOperand(name: string): string {
  return checked(name, checkSnapshotName(name))
}

export function bookmarkOperand(name: string): string {
  return checked(name, checkBookmarkName(name))
}

export function poolOperand(name: string): string {
  return checked(
    name,
    name.includes('/') ? `${JSON.stringify(name)} is no pool but a dataset below one.` : checkDatasetName(name),
  )
}

export function tokenOperand(token: string): string {
  return checked(
    token,
    isResumeToken(token) ? null : 'The resume token does not have the form 1-hex-hex-hex; read it again.',
  )
}

/** A hold's tag. ZFS takes any text here; ours are plain. */
export function tagOperand(tag: string): string {
  return checked(
    tag,
    /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,200}$/.test(tag)
      ? null
      : `The hold tag ${JSON.stringify(tag)} is not plain; use letters, digits and _ . : -`,
  )
}

/** `name=value` after `-o`. A native or user property; the value is one word, without newline or NUL. */
export function propertyOperand(name: string, value: string): string {
  if (!isPropertyOperand(name))
    throw new UnsafeOperand(name, `${JSON.stringify(name)} is no property name; use one of zfsprops(7).`)
  const fault = propertyValueFault(value)
  if (fault !== null) throw new UnsafeOperand(value, `The value of ${name} ${fault}, which cannot be set from here.`)
  return `${name}=${value}`
}

/** Can a command name this property? ZFS lets a user property begin with `-` (an option, to a command), `_`, `.` or `:`. */
export function isPropertyOperand(name: string): boolean {
  return /^[a-z0-9][a-z0-9_.:-]*(@[A-Za-z0-9_.:-]+)?$/.test(name)
}

/** What of a value no remote command can carry as it is, in words that follow its name; null: nothing. */
export function propertyValueFault(value: string): string | null {
  if (/\p{Cc}/u.test(value)) return 'holds a control character'
  // A login shell may be csh, to which it means its history, within quotes too.
  if (value.includes('!')) return 'holds a "!"'
  // So reads what is no UTF-8: the value that would be set is another one.
  return value.includes('\uFFFD') ? 'is no text' : null
}

/** A property of ZFS itself. User properties (with a colon) are left out: their values can hold anything. */
export function nativeProperty(name: string): string {
  return checked(
    name,
    /^[a-z0-9_]+$/.test(name) ? null : `${JSON.stringify(name)} is no native property; use one of zfsprops(7).`,
  )
}

function checked(operand: string, fault: string | null): string {
  if (fault !== null) throw new UnsafeOperand(operand, fault)
  return operand
}
