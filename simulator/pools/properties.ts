import { humanSize } from '../properties/sizes.ts'
import type { PoolRecord } from '../state/model.ts'
import { rawAllocatedBytes } from '../state/space.ts'

interface PoolProperty {
  readonly header: string
  readonly right?: boolean
  readonly source?: 'default'
  readonly value: (pool: PoolRecord, exact: boolean) => string
}

const bytes = (of: (pool: PoolRecord) => number) => (pool: PoolRecord, exact: boolean) =>
  exact ? `${of(pool)}` : humanSize(of(pool), 'B')
const percent = (of: (pool: PoolRecord) => number) => (pool: PoolRecord, exact: boolean) =>
  `${of(pool)}${exact ? '' : '%'}`
const fixed = (text: string) => () => text
const capacity = (pool: PoolRecord) => Math.floor((rawAllocatedBytes(pool) / pool.size) * 100)

export const poolProperties: Readonly<Record<string, PoolProperty>> = {
  name: { header: 'NAME', value: (pool) => pool.name },
  size: { header: 'SIZE', right: true, value: bytes((pool) => pool.size) },
  capacity: { header: 'CAP', right: true, value: percent(capacity) },
  altroot: { header: 'ALTROOT', source: 'default', value: fixed('-') },
  health: { header: 'HEALTH', right: true, value: (pool) => pool.health },
  guid: { header: 'GUID', right: true, value: (pool) => pool.guid },
  version: { header: 'VERSION', source: 'default', value: fixed('-') },
  allocated: { header: 'ALLOC', right: true, value: bytes(rawAllocatedBytes) },
  free: { header: 'FREE', right: true, value: bytes((pool) => pool.size - rawAllocatedBytes(pool)) },
  checkpoint: { header: 'CKPOINT', right: true, value: fixed('-') },
  expandsize: { header: 'EXPANDSZ', right: true, value: fixed('-') },
  fragmentation: { header: 'FRAG', right: true, value: percent(() => 1) },
  dedupratio: { header: 'DEDUP', right: true, value: (_, exact) => (exact ? '1.00' : '1.00x') },
  readonly: { header: 'RDONLY', value: (pool) => (pool.readonly ? 'on' : 'off') },
  autotrim: { header: 'AUTOTRIM', source: 'default', value: fixed('off') },
  ashift: { header: 'ASHIFT', source: 'default', value: fixed('0') },
  'feature@bookmarks': { header: 'BOOKMARKS', value: fixed('active') },
  'feature@large_blocks': { header: 'LARGE_BLOCKS', value: fixed('enabled') },
  'feature@encryption': { header: 'ENCRYPTION', value: fixed('enabled') },
}

const aliases: Record<string, string> = {
  alloc: 'allocated',
  cap: 'capacity',
  frag: 'fragmentation',
  dedup: 'dedupratio',
  ckpoint: 'checkpoint',
}

export const poolProperty = (name: string): PoolProperty | undefined => poolProperties[aliases[name] ?? name]
