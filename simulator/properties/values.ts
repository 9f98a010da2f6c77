import { availableBytes, emptyFilesystemBytes, emptyVolumeBytes, reservedBytes, usedBytes } from '../state/space.ts'
import type { Store } from '../state/store.ts'
import { clonesOf, originName } from '../state/tree.ts'
import { tokenOf } from '../stream/token.ts'
import { humanTime } from '../words/clock.ts'
import type { ZfsObject } from './objects.ts'
import { cipherOf, encryptionRootOf, type Setting, settingOf } from './settings.ts'
import { humanSize } from './sizes.ts'
import { appliesTo, definitionOf, isUserProperty, type PropertyDefinition } from './table.ts'

type Raw = string | number | null

/** Of its metadata each block is there twice, and counts once. */
const extraCopies = (type: string): number => (type === 'volume' ? emptyVolumeBytes : emptyFilesystemBytes) / 2

/** Statistics: what no one sets. Null where the object has no such thing. */
const statistics: Record<string, (store: Store, object: ZfsObject) => Raw> = {
  type: (_, object) => object.type,
  creation: (_, { snapshot, bookmark, dataset }) => (snapshot ?? bookmark ?? dataset).time,
  createtxg: (_, { snapshot, bookmark, dataset }) => (snapshot ?? bookmark ?? dataset).txg,
  guid: (_, { snapshot, bookmark, dataset }) => (snapshot ?? bookmark ?? dataset).guid,
  used: (_, { snapshot, pool, dataset }) => (snapshot ? (snapshot.unique ?? 0) : usedBytes(pool, dataset)),
  available: (_, { pool, dataset }) => availableBytes(pool, dataset),
  referenced: (_, { snapshot, bookmark, dataset }) => (snapshot ?? bookmark ?? dataset).refer,
  logicalreferenced: (_, { snapshot, bookmark, dataset }) =>
    (snapshot ?? bookmark ?? dataset).refer - extraCopies(dataset.type),
  logicalused: (_, { pool, dataset }) => usedBytes(pool, dataset),
  compressratio: () => 1,
  refcompressratio: () => 1,
  mounted: (_, { dataset }) => (dataset.mounted ? 'yes' : 'no'),
  origin: (store, { pool, dataset, hidden }) => (hidden ? null : originName(store, pool, dataset)),
  volsize: (_, { dataset }) => (dataset.type === 'volume' ? Number(dataset.local.volsize ?? 0) : null),
  version: () => '5',
  utf8only: () => 'off',
  normalization: () => 'none',
  casesensitivity: () => 'sensitive',
  usedbysnapshots: (_, { dataset }) => Math.max(0, dataset.own - dataset.refer),
  usedbydataset: (_, { dataset }) => Math.min(dataset.own, dataset.refer),
  usedbychildren: (_, { pool, dataset }) => usedBytes(pool, dataset) - dataset.own - reservedBytes(dataset),
  usedbyrefreservation: (_, { dataset }) => reservedBytes(dataset),
  objsetid: (_, { snapshot, dataset }) => 256 + (snapshot ?? dataset).id,
  defer_destroy: () => 'off',
  userrefs: (_, { snapshot }) => Object.keys(snapshot?.holds ?? {}).length,
  ivsetguid: (_, { snapshot, bookmark }) => (snapshot ?? bookmark)?.ivset ?? null,
  written: (_, { snapshot, dataset }) => (snapshot ?? dataset).written,
  clones: (_, { pool, dataset, snapshot }) =>
    snapshot
      ? clonesOf(pool, dataset, snapshot)
          .map((one) => one.name)
          .join(',') || null
      : null,
  encryption: (_, { pool, dataset }) => cipherOf(pool, dataset),
  encryptionroot: (_, { pool, dataset }) => encryptionRootOf(pool, dataset)?.name ?? null,
  keystatus: (_, { pool, dataset }) => {
    const root = encryptionRootOf(pool, dataset)
    return root ? (root.keyLoaded ? 'available' : 'unavailable') : null
  },
  snapshots_changed: (_, { dataset }) => dataset.snapshotsChanged,
  receive_resume_token: (store, { pool, dataset }) => tokenOf(store, pool, dataset),
}

function write(form: PropertyDefinition['form'], name: string, raw: string | number, exact: boolean): string {
  if (typeof raw === 'string' && !/^\d+$/.test(raw)) return raw
  const number = Number(raw)
  switch (form) {
    case 'bytes':
      return exact ? `${number}` : humanSize(number, 'B')
    case 'size':
      return exact ? `${number}` : humanSize(number)
    case 'limit':
      return exact ? `${number}` : number === 0 ? 'none' : humanSize(number)
    case 'time':
      return exact ? `${number}` : humanTime(number, name === 'snapshots_changed')
    case 'ratio':
      return exact ? number.toFixed(2) : `${number.toFixed(2)}x`
    default:
      return `${raw}`
  }
}

const nothing: Setting = { value: '-', source: '-' }

/** Value and source as `zfs` prints them; `exact` is `-p`. Null: no such property on this kind of object. */
export function propertyOf(store: Store, object: ZfsObject, name: string, exact: boolean): Setting | null {
  if (name === 'name') return { value: object.name, source: '-' }
  if (name.startsWith('written@') || name.startsWith('written#')) {
    const bytes = writtenSince(store, object, name.slice('written'.length))
    return bytes === null ? nothing : { value: write('bytes', name, bytes, exact), source: '-' }
  }
  const definition = definitionOf(name)
  if (!definition) return isUserProperty(name) ? userProperty(object, name) : null
  if (!appliesTo(definition, object.type)) return nothing
  const statistic = statistics[definition.name]
  if (statistic) {
    const raw = statistic(store, object)
    if (raw === null || raw === '') return nothing
    const source =
      definition.name === 'volsize' && object.type === 'volume' ? 'local' : sourceOf(object, definition.name, raw)
    return { value: write(definition.form, definition.name, raw, exact), source }
  }
  const setting = settingOf(object.pool, object.dataset, definition.name)
  if (!setting) return nothing
  // A snapshot has no settings of its own to speak of: it shows those that hold by default.
  const source = object.snapshot ? 'default' : setting.source
  return { value: write(definition.form, definition.name, setting.value, exact), source }
}

const sourceOf = (object: ZfsObject, name: string, raw: string | number): string =>
  name === 'encryption' && raw === 'off' && !object.bookmark ? 'default' : '-'

function userProperty(object: ZfsObject, name: string): Setting {
  if (object.bookmark) return nothing
  const own = object.snapshot?.props?.[name]
  if (own !== undefined) return { value: own, source: 'local' }
  const setting = settingOf(object.pool, object.dataset, name)
  if (!setting) return nothing
  if (!object.snapshot || !setting.source.startsWith('local')) return setting
  return { value: setting.value, source: `inherited from ${object.dataset.name}` }
}

/** The number or text that a listing is sorted by; null where the property does not apply. */
export function sortKey(store: Store, object: ZfsObject, name: string): Raw {
  if (name === 'name') return object.name
  const definition = definitionOf(name)
  if (definition && !appliesTo(definition, object.type)) return null
  const value = propertyOf(store, object, name, true)?.value ?? '-'
  if (definition && definition.form !== 'text')
    return value === '-' ? 0 : name === 'guid' ? value.padStart(20, '0') : Number(value)
  return value === '-' && !definition ? null : value
}

/** Bytes written into the dataset since the snapshot or bookmark (`@name`, `#name`); null when there is none. */
function writtenSince(store: Store, object: ZfsObject, mark: string): number | null {
  const history = store.history(object.pool, object.dataset)
  const name = mark.slice(1)
  const from = (mark.startsWith('#') ? history.bookmarks : history.snapshots).find((one) => one.name === name)
  if (!from || object.bookmark) return null
  const later = history.snapshots.filter((one) => one.txg > from.txg)
  if (object.snapshot) {
    const { txg } = object.snapshot
    return later.filter((one) => one.txg <= txg).reduce((sum, one) => sum + one.written, 0)
  }
  return later.reduce((sum, one) => sum + one.written, object.dataset.written)
}
