import { decodeToken } from '#simulator/stream/token.ts'
import type { Bed } from '#tests/bed/bed.ts'
import { lossesBetween } from '#tests/invariants/losses.ts'
import { type Stock, stockOf } from '#tests/invariants/stock.ts'
import { HONEST, type HostId, isHonest, LINES, linesOf, nameOn, POOLS } from './names.ts'
import type { Sent } from './recorder.ts'
import { MAX_DELAY_HOURS, snapshotsOn, type World } from './world.ts'

export interface Breach {
  /** What was broken, one word for each kind of it. */
  readonly kind: string
  readonly what: string
}
const breach = (kind: string, what: string): Breach => ({ kind, what })

/** What is compared between the two worlds after a look. */
export interface Facts {
  readonly scan: string
  readonly healths: ReadonlyMap<string, string>
  /** After the repairs, with the reasons. */
  readonly verdicts: ReadonlyMap<string, string>
  /** Virtual ms from the begin of the look until each honest line was judged. */
  readonly delays: ReadonlyMap<string, number>
  /** Commands that write, about honest lines alone. */
  readonly writes: readonly string[]
  readonly stock: ReadonlyMap<string, string>
  readonly sent: readonly Sent[]
}

/** Names that hold a time, or who did it, are the same in both worlds but for that. */
const canonical = (text: string): string =>
  text.replace(/\.zw-(aside|next|incoming)-\d{8}T\d{6}Z/g, '.zw-$1-TIME').replace(/zwitness:by=\S+/g, 'zwitness:by=RUN')

/** What an argument of a command on this host names, where it names a dataset. */
function namesIn(host: string, argv: readonly string[]): string[] {
  const pool = POOLS[host as HostId]
  return argv.filter((word) => word === pool || word.startsWith(`${pool}/`))
}

export function factsOf(
  world: World,
  sent: readonly Sent[],
  look: { readonly scan: string; readonly beganAt: number },
): Facts {
  const { bed } = world
  const honest = bed.engine
    .datasets()
    .filter(
      ({ dataset: { mapping, retired } }) => !retired && mapping.primary.host === 'a' && mapping.backup.host === 'b',
    )
  return {
    scan: look.scan,
    healths: new Map(honest.map(({ dataset, verdict }) => [dataset.id, verdict.health])),
    verdicts: new Map(
      // As it was judged: what one SAN holds up may take longer than the time between two checks, of which there are none here.
      honest.flatMap(({ dataset, state }) => {
        const verdict = state?.verdict
        if (verdict === null || verdict === undefined) return []
        return [
          [
            dataset.id,
            `${verdict.health} ${verdict.reasons
              .map(({ code }) => code)
              .sort()
              .join(' ')}`,
          ] as const,
        ]
      }),
    ),
    delays: new Map(honest.map(({ dataset, verdict }) => [dataset.id, verdict.judgedAt - look.beganAt])),
    writes: sent
      .filter((each) => each.writes && HONEST.includes(each.host as HostId) && ofHonestLines(each))
      .map(({ host, argv }) => canonical(`${host}: ${argv.join(' ')}`))
      .sort(),
    stock: new Map(HONEST.flatMap((host) => honestStock(bed, host))),
    sent,
  }
}

/** `shared` has a backup on either: a stream says by its other end which one it is for, and what is done on the primary alone does not. */
function ofHonestLines({ host, argv, with: other }: Sent): boolean {
  if (other !== null && other.host === 'x') return false
  const lines = namesIn(host, argv).flatMap((name) => linesOf(host as HostId, name))
  return lines.length > 0 && (other !== null || lines.every(isHonest))
}

function honestStock(bed: Bed, host: HostId): [string, string][] {
  return stockOf(bed.host(host)).pools.flatMap(({ datasets }) =>
    datasets.flatMap(({ name, snapshots, bookmarks, live }): [string, string][] => {
      const lines = linesOf(host, name)
      if (lines.length === 0 || !lines.some(isHonest)) return []
      const marks = lines.every(isHonest) ? bookmarks.map((each) => `#${each.name} ${each.guid}`) : []
      const all = snapshots.map((each) => `@${each.name} ${each.guid} ${each.holds}`)
      return [[`${host}:${canonical(name)}`, [...all, ...marks, `live ${live.length}`].join('\n')]]
    }),
  )
}

/** The honest lines in the hostile world against the same ones in the honest world. */
export function differencesBetween(honest: Facts, hostile: Facts): Breach[] {
  const found: Breach[] = []
  if (!hostile.scan.startsWith('SUCCEEDED'))
    found.push(breach('scan failed', `the check of everything: ${hostile.scan}`))
  for (const [id, verdict] of honest.verdicts) {
    const first = hostile.healths.get(id) ?? 'not shown'
    const shown = hostile.verdicts.get(id) ?? 'not shown'
    const expected = honest.healths.get(id)
    // Its repair may be over before the check is that waits for another SAN.
    const asExpected = first === expected || first === verdict.split(' ')[0]
    if (shown !== verdict || !asExpected)
      found.push(
        breach(
          'verdict of others',
          `${id} is ${first}, then ${shown}; with an honest SAN beside it: ${expected}, then ${verdict}`,
        ),
      )
    if ((hostile.delays.get(id) ?? -1) < 0)
      found.push(breach('others not judged', `${id} was not judged in this check`))
  }
  const left = [...honest.writes]
  for (const line of hostile.writes) {
    const at = left.indexOf(line)
    if (at < 0) found.push(breach('command to others', `sent, and an honest world would not have: ${line}`))
    else left.splice(at, 1)
  }
  for (const line of left) found.push(breach('command to others', `not sent, and an honest world would have: ${line}`))
  for (const name of new Set([...honest.stock.keys(), ...hostile.stock.keys()]))
    if (honest.stock.get(name) !== hostile.stock.get(name))
      found.push(
        breach('data of others', `${name} is\n${hostile.stock.get(name)}\nand would be\n${honest.stock.get(name)}`),
      )
  return found
}

const OWN_TAG = /^zwitness(-[0-9a-f]{8})?$/
const DESTRUCTIVE = /^(destroy|rollback|diff|jail|program|upgrade|rename -f|receive( -\w+)* -\w*[FA])/

/** What was sent to the honest SANs for the lines that they share with the hostile one. */
export function wrongCommands(sent: readonly Sent[]): Breach[] {
  return sent.flatMap(({ host, argv, writes, with: other }) => {
    if (host === 'x') return []
    const line = `${host}: ${argv.join(' ').slice(0, 400)}`
    const words = argv.slice(argv.indexOf('zfs') + 1)
    const named = namesIn(host, argv)
    const strange = named.find((name) => name !== POOLS[host as HostId] && linesOf(host as HostId, name).length === 0)
    if (strange !== undefined) return [breach('names not configured', line)]
    if (!writes) return []
    if (DESTRUCTIVE.test(words.join(' '))) return [breach('destructive command', line)]
    if (other?.host === 'x' && host === 'a') return wrongSend(line, words, other.argv)
    if (host === 'b' || named.some((name) => linesOf('a', name).every(isHonest))) return []
    // On a primary, for a hostile backup: only what keeps the chain.
    const [verb = '', second = ''] = words
    if (verb === 'bookmark') return []
    if ((verb === 'hold' || verb === 'release') && OWN_TAG.test(second)) return []
    return other === null ? [breach('command on the primary', line)] : []
  })
}

/** A stream to the hostile SAN: of the line that it is the backup of, and encrypted where that is. */
function wrongSend(line: string, words: readonly string[], sink: readonly string[]): Breach[] {
  const target = sink.at(-1) ?? ''
  const to = LINES.find((each) => each.backup === 'x' && linesOf('x', target).includes(each))
  if (words[0] !== 'send') return [breach('command on the primary', line)]
  if (to === undefined) return [breach('stream to elsewhere', `${line} into ${target}`)]
  const at = words.indexOf('-t')
  const token = at < 0 ? null : decodeToken(words[at + 1] ?? '')
  const source = (token?.toName ?? words.at(-1) ?? '').replace(/@.*$/s, '')
  const found: Breach[] = []
  if (source !== nameOn('a', to)) found.push(breach('stream of another dataset', `${line}: ${source} into ${target}`))
  const raw = token === null ? words.some((word) => /^-\w*w/.test(word)) : token.flags.raw
  if (to.raw !== undefined && !raw)
    found.push(
      breach(
        token === null ? 'encrypted sent in plain text' : 'encrypted resumed in plain text',
        `${line} (${source})`,
      ),
    )
  // What is not there may be missing because no block needed it; what no stream of ours has is somebody else's.
  else if (token?.flags.embedded === true)
    found.push(breach('resumed as no new stream would be sent', `${line} ${JSON.stringify(token.flags)}`))
  return found
}

/** Nothing that was on an honest SAN is gone, but for what its own people took away. */
export function lostOn(before: Stock, after: Stock, removed: ReadonlySet<string>): Breach[] {
  return lossesBetween(before, after, removed).map((each) => breach('data lost', each))
}
export const honestStocks = (bed: Bed): Stock => new Map(HONEST.map((host) => [host, stockOf(bed.host(host))]))

/** Set-asides on the honest backup that hold a change: their number is bounded for each dataset. */
export function tooManySetAsides(stock: Stock): Breach[] {
  const counts = new Map<string, number>()
  for (const { datasets } of stock.get('b')?.pools ?? [])
    for (const { name, snapshots, live } of datasets) {
      const of = /^(.+)\.zw-aside-\d{8}T\d{6}Z$/.exec(name)?.[1]
      if (of !== undefined && (snapshots.length > 0 || live.length > 0)) counts.set(of, (counts.get(of) ?? 0) + 1)
    }
  return [...counts].flatMap(([of, count]) => (count > 3 ? [breach('set-asides', `${count} of ${of}`)] : []))
}

/** Lines with the hostile SAN: HEALTHY only where what it said and what is true on the other side have a snapshot in common that is recent enough. */
export function shownTooWell(world: World): Breach[] {
  const { bed, x } = world
  return bed.engine.datasets().flatMap(({ dataset: { id, mapping, retired }, verdict }) => {
    if (retired || verdict.health !== 'HEALTHY') return []
    const { primary, backup } = mapping
    const side = primary.host === 'x' ? primary : backup.host === 'x' ? backup : null
    if (side === null) return []
    const other = side === primary ? backup : primary
    const claimed = x.claims.get(side.dataset) ?? new Set()
    const truth = snapshotsOn(bed, other.host, other.dataset)
    const common = truth.findLast(({ guid }) => claimed.has(guid))
    const codes = verdict.reasons.map(({ code }) => code).join(' ')
    if (common === undefined) {
      // Nothing on either side is nothing to say.
      return truth.length === 0 && claimed.size === 0
        ? []
        : [breach('shown HEALTHY', `${id} (${codes}): nothing in common`)]
    }
    if (side === primary) return []
    const limit = bed.clock.now() / 1000 - MAX_DELAY_HOURS * 3600
    const due = truth.filter(({ time, txg }) => txg > common.txg && time < limit)
    return due.length === 0 ? [] : [breach('shown HEALTHY', `${id} (${codes}): it said nothing of @${due[0]?.name}`)]
  })
}
