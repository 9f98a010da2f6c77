export type ObjectType = 'filesystem' | 'volume' | 'snapshot' | 'bookmark'

export interface PropertyDefinition {
  readonly name: string
  /** Column header of `zfs list`. */
  readonly header: string
  /** f(ilesystem) v(olume) s(napshot) b(ookmark): where it applies. */
  readonly on: string
  /** How a value is written: bytes (`24K`, 0 is `0B`), size (0 is `0`), limit (0 is `none`), time, text. */
  readonly form: 'bytes' | 'size' | 'limit' | 'time' | 'text' | 'ratio' | 'number'
  /** Missing: it cannot be set. */
  readonly initial?: string
  /** The words allowed; missing: free or a number. */
  readonly words?: readonly string[]
  readonly inherits?: boolean
  /** Settable only when the dataset is made. */
  readonly once?: boolean
  readonly right?: boolean
  /** Not among `all`. */
  readonly hidden?: boolean
}

const onOff = ['on', 'off']

type Options = Partial<PropertyDefinition>
const stat = (name: string, header: string, on: string, form: PropertyDefinition['form'], more: Options = {}) => ({
  name,
  header,
  on,
  form,
  right: form !== 'text' && form !== 'time',
  ...more,
})
const setting = (name: string, on: string, initial: string, words?: readonly string[], more: Options = {}) => ({
  name,
  header: name.toUpperCase(),
  on,
  form: 'text' as const,
  initial,
  ...(words ? { words } : {}),
  inherits: true,
  ...more,
})

/** Every property, in the order in which `zfs get all` shows them. */
export const propertyTable: readonly PropertyDefinition[] = [
  stat('type', 'TYPE', 'fvsb', 'text'),
  stat('creation', 'CREATION', 'fvsb', 'time'),
  stat('used', 'USED', 'fvs', 'bytes'),
  stat('available', 'AVAIL', 'fv', 'bytes'),
  stat('referenced', 'REFER', 'fvsb', 'bytes'),
  stat('compressratio', 'RATIO', 'fvs', 'ratio'),
  stat('mounted', 'MOUNTED', 'f', 'text'),
  stat('origin', 'ORIGIN', 'fv', 'text'),
  setting('quota', 'f', '0', undefined, { form: 'limit', inherits: false, right: true }),
  setting('reservation', 'fv', '0', undefined, { form: 'limit', inherits: false, header: 'RESERV', right: true }),
  stat('volsize', 'VOLSIZE', 'vs', 'size', { initial: '0' }),
  setting('volblocksize', 'v', '16384', undefined, { form: 'size', inherits: false, once: true, right: true }),
  setting('recordsize', 'f', '131072', undefined, { form: 'size', header: 'RECSIZE', right: true }),
  setting('mountpoint', 'f', '/'),
  setting('sharenfs', 'f', 'off'),
  setting('checksum', 'fv', 'on', [
    'on',
    'off',
    'fletcher2',
    'fletcher4',
    'sha256',
    'sha512',
    'skein',
    'edonr',
    'blake3',
  ]),
  setting('compression', 'fv', 'on', ['on', 'off', 'lzjb', 'gzip', 'gzip-9', 'zle', 'lz4', 'zstd', 'zstd-3'], {
    header: 'COMPRESS',
  }),
  setting('atime', 'f', 'on', onOff),
  setting('devices', 'fs', 'on', onOff),
  setting('exec', 'fs', 'on', onOff),
  setting('setuid', 'fs', 'on', onOff),
  setting('readonly', 'fv', 'off', onOff, { header: 'RDONLY' }),
  setting('zoned', 'f', 'off', onOff),
  setting('snapdir', 'f', 'hidden', ['disabled', 'hidden', 'visible']),
  setting('aclmode', 'f', 'discard', ['discard', 'groupmask', 'passthrough', 'restricted']),
  setting('aclinherit', 'f', 'restricted', ['discard', 'noallow', 'restricted', 'passthrough', 'passthrough-x']),
  stat('createtxg', 'CREATETXG', 'fvsb', 'number'),
  setting('canmount', 'f', 'on', ['on', 'off', 'noauto'], { inherits: false }),
  setting('xattr', 'fs', 'on', ['on', 'off', 'dir', 'sa']),
  setting('copies', 'fv', '1', ['1', '2', '3']),
  stat('version', 'VERSION', 'fs', 'text'),
  stat('utf8only', 'UTF8ONLY', 'fs', 'text', { once: true }),
  stat('normalization', 'NORMALIZATION', 'fs', 'text', { once: true }),
  stat('casesensitivity', 'CASE', 'fs', 'text', { once: true }),
  setting('vscan', 'f', 'off', onOff),
  setting('nbmand', 'fs', 'off', onOff),
  setting('sharesmb', 'f', 'off'),
  setting('refquota', 'f', '0', undefined, { form: 'limit', inherits: false, right: true }),
  setting('refreservation', 'fv', '0', undefined, { form: 'limit', inherits: false, header: 'REFRESERV', right: true }),
  stat('guid', 'GUID', 'fvsb', 'number'),
  setting('primarycache', 'fvs', 'all', ['all', 'none', 'metadata']),
  setting('secondarycache', 'fvs', 'all', ['all', 'none', 'metadata']),
  stat('usedbysnapshots', 'USEDSNAP', 'fv', 'bytes'),
  stat('usedbydataset', 'USEDDS', 'fv', 'bytes'),
  stat('usedbychildren', 'USEDCHILD', 'fv', 'bytes'),
  stat('usedbyrefreservation', 'USEDREFRESERV', 'fv', 'bytes'),
  setting('logbias', 'fv', 'latency', ['latency', 'throughput']),
  stat('defer_destroy', 'DEFER_DESTROY', 's', 'text'),
  stat('userrefs', 'USERREFS', 's', 'number'),
  stat('objsetid', 'OBJSETID', 'fvs', 'number'),
  setting('dedup', 'fv', 'off', ['on', 'off', 'verify', 'sha256']),
  setting('mlslabel', 'fvs', 'none'),
  setting('sync', 'fv', 'standard', ['standard', 'always', 'disabled']),
  setting('dnodesize', 'f', 'legacy', ['legacy', 'auto', '1k', '2k', '4k', '8k', '16k']),
  stat('refcompressratio', 'REFRATIO', 'fvs', 'ratio'),
  stat('written', 'WRITTEN', 'fvs', 'size'),
  stat('clones', 'CLONES', 's', 'text'),
  stat('logicalused', 'LUSED', 'fv', 'size'),
  stat('logicalreferenced', 'LREFER', 'fvsb', 'size'),
  setting('volmode', 'fv', 'default', ['default', 'full', 'geom', 'dev', 'none']),
  setting('filesystem_limit', 'f', 'none', undefined, { form: 'limit', inherits: false, header: 'FSLIMIT' }),
  setting('snapshot_limit', 'fv', 'none', undefined, { form: 'limit', inherits: false, header: 'SSLIMIT' }),
  setting('filesystem_count', 'f', 'none', undefined, { form: 'limit', inherits: false, header: 'FSCOUNT' }),
  setting('snapshot_count', 'fv', 'none', undefined, { form: 'limit', inherits: false, header: 'SSCOUNT' }),
  setting('snapdev', 'fv', 'hidden', ['hidden', 'visible']),
  setting('acltype', 'fs', 'off', ['off', 'nfsv4', 'posix']),
  setting('context', 'fvs', 'none'),
  setting('fscontext', 'fvs', 'none'),
  setting('defcontext', 'fvs', 'none'),
  setting('rootcontext', 'fvs', 'none'),
  setting('relatime', 'f', 'on', onOff),
  setting('redundant_metadata', 'fv', 'all', ['all', 'most', 'some', 'none'], { header: 'REDUND_MD' }),
  setting('overlay', 'f', 'on', onOff),
  setting(
    'encryption',
    'fvs',
    'off',
    ['on', 'off', 'aes-128-ccm', 'aes-192-ccm', 'aes-256-ccm', 'aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm'],
    { once: true },
  ),
  setting('keylocation', 'fv', 'none', undefined, { inherits: false }),
  setting('keyformat', 'fv', 'none', ['none', 'raw', 'hex', 'passphrase'], { once: true }),
  setting('pbkdf2iters', 'fv', '0', undefined, { once: true }),
  stat('encryptionroot', 'ENCROOT', 'fvs', 'text'),
  stat('keystatus', 'KEYSTATUS', 'fvs', 'text'),
  setting('special_small_blocks', 'f', '0', undefined, { form: 'size', right: true }),
  stat('snapshots_changed', 'SNAPSHOTS_CHANGED', 'fv', 'time'),
  stat('receive_resume_token', 'RESUME_TOKEN', 'fv', 'text'),
  setting('prefetch', 'fvs', 'all', ['all', 'none', 'metadata']),
  setting('volthreading', 'v', 'on', onOff),
  setting('direct', 'f', 'standard', ['disabled', 'standard', 'always']),
  setting('longname', 'f', 'off', onOff),
  stat('ivsetguid', 'IVSETGUID', 'sb', 'number', { hidden: true }),
]

const byName = new Map(propertyTable.map((one) => [one.name, one]))
const aliases: Record<string, string> = {
  avail: 'available',
  refer: 'referenced',
  compress: 'compression',
  recsize: 'recordsize',
  rdonly: 'readonly',
  ratio: 'compressratio',
  reserv: 'reservation',
}

export const definitionOf = (name: string): PropertyDefinition | undefined => byName.get(aliases[name] ?? name)

/** `module:property`, free for anyone. */
export const isUserProperty = (name: string): boolean => /^[a-z0-9:_.-]*:[a-z0-9:_.-]*$/.test(name)

export const appliesTo = (definition: PropertyDefinition, type: ObjectType): boolean =>
  definition.on.includes(type[0] ?? '?')
