import type { Case, Sight, TellingSettings, Trouble } from './types.ts'

/** Looks in a row before anything is said: one that is wrong by chance is followed by one that is right. */
const LOOKS = 2
/** So many changes within a day are flapping. */
const FLAPPING_CHANGES = 4
const DAY_MS = 86_400_000
/** Without a change for so long it has settled. */
const SETTLED_MS = 4 * 3600_000

/** What one look teaches of its subject. A look that is none (the moment of the last one) changes only what is shown. */
export function caseAfter(before: Case | null, sight: Sight, now: number): Case {
  const known = before ?? fresh(sight)
  const { name, host, silence, datasets } = sight
  const ackedAs =
    silence?.kind === 'ack' ? (silence.at === known.silence?.at ? known.ackedAs : worst(known, sight)) : null
  const shown = { ...known, name, host, silence, datasets, ackedAs }
  if (sight.lookedAt === null || sight.lookedAt === known.lookedAt) return settled(shown, now)
  return settled(looked(shown, sight, sight.lookedAt), now)
}

/** Whoever acknowledges it knows how bad it is. */
function worst(known: Case, { trouble }: Sight): Trouble['severity'] {
  return known.severity === 'critical' || trouble?.severity === 'critical' ? 'critical' : 'warning'
}

function fresh(sight: Sight): Case {
  return {
    subject: sight.subject,
    kind: sight.kind,
    name: sight.name,
    host: sight.host,
    lookedAt: -1,
    bad: 0,
    critical: 0,
    mild: 0,
    clean: 0,
    since: null,
    clearSince: null,
    incident: null,
    severity: null,
    changes: [],
    flapping: false,
    told: false,
    trouble: null,
    silence: null,
    ackedAs: null,
    datasets: [],
  }
}

function looked(known: Case, { trouble }: Sight, at: number): Case {
  const wasBad = known.bad > 0
  const isBad = trouble !== null
  const changes = wasBad === isBad ? known.changes : [...known.changes, at].slice(-2 * FLAPPING_CHANGES)
  const recent = changes.filter((each) => at - each < DAY_MS)
  const isCritical = trouble?.severity === 'critical'
  return {
    ...known,
    lookedAt: at,
    bad: isBad ? known.bad + 1 : 0,
    critical: isCritical ? known.critical + 1 : 0,
    mild: isCritical ? 0 : known.mild + 1,
    clean: isBad ? 0 : known.clean + 1,
    // One clean look between two bad ones is the same trouble.
    since: isBad ? (known.since ?? at) : known.incident === null ? null : known.since,
    clearSince: isBad ? null : (known.clearSince ?? at),
    changes: recent,
    flapping: known.flapping || recent.length >= FLAPPING_CHANGES,
    trouble: trouble ?? known.trouble,
  }
}

/** Once it has settled, what it did before counts no longer. */
function settled(known: Case, now: number): Case {
  const last = known.changes.at(-1)
  if (!known.flapping || (last !== undefined && now - last < SETTLED_MS)) return known
  return { ...known, flapping: false, changes: [] }
}

/** Was it seen often and long enough to be told of? */
export function isFirm(each: Case, { warnForMs }: TellingSettings, now: number): boolean {
  if (each.flapping) return true
  if (each.bad === 0 || each.trouble === null) return false
  if (each.trouble.atOnce === true) return true
  if (each.bad < LOOKS) return false
  // That a SAN cannot be looked at is no matter of how long: nothing is known of what becomes of its datasets.
  return each.kind === 'host' || each.critical >= LOOKS || (each.since !== null && now - each.since >= warnForMs)
}

/** Seen in order often enough to be over; what flaps is over when it has settled. */
export function isOver(each: Case): boolean {
  if (each.flapping || each.bad > 0) return false
  return each.clean >= (each.trouble?.atOnce === true ? 1 : LOOKS)
}

/** How bad it is, by more than one look; what was seen worse is so until it was seen better twice. */
export function severityOf(each: Case): Trouble['severity'] {
  if (each.trouble?.atOnce === true) return each.trouble.severity
  if (each.flapping) return each.severity === 'critical' ? 'critical' : (each.trouble?.severity ?? 'warning')
  if (each.critical >= LOOKS) return 'critical'
  return each.mild >= LOOKS ? 'warning' : (each.severity ?? 'warning')
}

/** Is it to be told of? What was acknowledged and got worse since is. */
export function isLoud({ silence, severity, ackedAs }: Case): boolean {
  return silence === null || (silence.kind === 'ack' && ackedAs === 'warning' && severity === 'critical')
}

/** Nothing more need be remembered of it. */
export function isForgotten(each: Case, now: number): boolean {
  const last = each.changes.at(-1)
  return each.incident === null && each.bad === 0 && (last === undefined || now - last >= DAY_MS)
}
