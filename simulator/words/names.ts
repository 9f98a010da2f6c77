import { Failure } from './fail.ts'

type NameKind = 'dataset' | 'snapshot' | 'bookmark'

interface ParsedName {
  readonly kind: NameKind
  readonly full: string
  readonly dataset: string
  /** The part after `@` or `#`. */
  readonly short: string
}

const allowed = /[^A-Za-z0-9_.:/@#% -]/

/** What ZFS finds wrong with a name, in its own words and order, or null. */
export function faultOfName(name: string): string | null {
  if (Buffer.byteLength(name) >= 256) return 'name is too long'
  if (name.startsWith('/')) return 'leading slash in name'
  const body = name.replace(/[@#].*$/s, '')
  const delimiters = name.match(/[@#]/g)?.length ?? 0
  const bad = allowed.exec(name)
  if (bad) return `invalid character '${bad[0]}' in name`
  if (delimiters > 1) return "multiple '@' and/or '#' delimiters in name"
  if (body.endsWith('/') && body !== '/' && !body.includes('//')) return 'trailing slash in name'
  const components = body.split('/')
  if (components.includes('') || /[@#]$/.test(name)) return "empty component or misplaced '@' or '#' delimiter in name"
  if (components.includes('.')) return "self reference, '.' is found in name"
  if (components.includes('..')) return "parent reference, '..' is found in name"
  if (!/^[A-Za-z]/.test(name)) return 'name must begin with a letter'
  return null
}

/** Splits a name; throws `cannot VERB 'NAME': …` when ZFS would. */
export function parseName(name: string, verb = 'open'): ParsedName {
  const fault = faultOfName(name)
  if (fault) {
    const text = fault === 'leading slash in name' ? 'No such file or directory' : fault
    throw new Failure(`cannot ${verb} '${name}': ${text}`)
  }
  const at = name.search(/[@#]/)
  if (at < 0) return { kind: 'dataset', full: name, dataset: name, short: '' }
  const kind = name[at] === '@' ? 'snapshot' : 'bookmark'
  return { kind, full: name, dataset: name.slice(0, at), short: name.slice(at + 1) }
}

/** A name for something that is to be made: as `parseName`, and it must be a plain dataset. */
export function parseNewDataset(name: string, verb = 'create'): ParsedName {
  const parsed = parseName(name, verb)
  if (parsed.kind === 'snapshot') {
    throw new Failure(`cannot ${verb} '${name}': snapshot delimiter '@' is not expected here`)
  }
  if (parsed.kind === 'bookmark') {
    throw new Failure(`cannot ${verb} '${name}': bookmark delimiter '#' is not expected here`)
  }
  if (name.includes('%')) throw new Failure(`cannot ${verb} '${name}': invalid character % in name`)
  return parsed
}

export const poolOf = (name: string): string => name.split(/[/@#]/)[0] ?? name

/** The dataset above, or null for a pool's root. */
export function parentOf(name: string): string | null {
  const slash = name.lastIndexOf('/')
  return slash < 0 ? null : name.slice(0, slash)
}
