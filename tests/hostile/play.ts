import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Breach,
  differencesBetween,
  type Facts,
  factsOf,
  honestStocks,
  lostOn,
  shownTooWell,
  tooManySetAsides,
  wrongCommands,
} from './check.ts'
import { Figures } from './figures.ts'
import { LOOKS_A_SCRIPT, type LookScript, type Script } from './script.ts'
import { World } from './world.ts'

export interface PlayOptions {
  readonly figures?: Figures
  readonly trace?: ((line: string) => void) | undefined
  /** Ends with the first look that broke something. */
  readonly first?: boolean
}

export interface Failure {
  readonly look: number
  readonly breaches: readonly Breach[]
}

const HONEST: LookScript = { role: 'both', deeds: [] }
/** More than a check of a few looks may leave behind in the database: what a SAN says is cut before it is kept. */
const MOST_DATABASE_BYTES = 8 * 1024 * 1024
/** In characters, all that is shown of all datasets. */
const MOST_SHOWN = 16 * 1024 * 1024

/** What is wrong in one world alone. */
const ALONE: ReadonlySet<string> = new Set(['scan failed', 'others not judged'])

const thrown: unknown[] = []
/** What nobody caught, from now on. */
export function watchForExceptions(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => void thrown.push(error))
}

const twins = new Map<number, readonly Facts[]>()

/** The same looks with an honest SAN in its place. */
async function honestTwin(seed: number, most: number, figures: Figures): Promise<readonly Facts[]> {
  const known = twins.get(seed)
  if (known !== undefined && known.length >= most) return known
  const looks = Math.max(most, LOOKS_A_SCRIPT)
  const world = await World.open(seed)
  const all: Facts[] = []
  try {
    for (let look = 0; look < looks; look++) {
      await world.honestWork(look)
      world.x.begin(HONEST)
      const began = performance.now()
      all.push({ ...(await oneLook(world)), sent: [] })
      figures.honestLook(performance.now() - began)
    }
    databaseOf.set(seed, bytesBelow(join(world.bed.directory, 'data')))
  } finally {
    await world.close()
  }
  twins.set(seed, all)
  return all
}
const databaseOf = new Map<number, number>()

async function oneLook(world: World): Promise<Facts> {
  const { bed, recorder } = world
  recorder.clear()
  const beganAt = bed.clock.now()
  const run = await bed.look()
  const scan = run === null ? 'no record' : `${run.state} ${run.outcome ?? ''} ${run.error?.message ?? ''}`
  const facts = { scan, beganAt }
  const judged = factsOf(world, [], facts)
  await bed.idle()
  return { ...factsOf(world, recorder.take(), facts), healths: judged.healths, delays: judged.delays }
}

/**
 * Plays a script, to its end or to its first look that broke something. After such a look the two worlds may be apart: until
 * they are the same again only what needs no other world is judged.
 */
export async function play(
  script: Script,
  { figures = new Figures(), trace, first = false }: PlayOptions = {},
): Promise<readonly Failure[]> {
  const { world: seed, looks } = script
  const honest = await honestTwin(seed, looks.length, figures)
  const world = await World.open(seed)
  const { bed } = world
  const failures: Failure[] = []
  let apart = false
  let at = 0
  try {
    for (const [look, each] of looks.entries()) {
      at = look
      const twin = honest[look]
      if (twin === undefined) throw new Error(`The honest world has no look ${look}.`)
      trace?.(`look ${look} ${JSON.stringify(each)}`)
      await world.honestWork(look)
      world.hostileWork(each)
      const before = honestStocks(bed)
      const began = performance.now()
      const facts = await oneLook(world)
      figures.hostileLook(`${script.seed}, ${look}`, performance.now() - began, delayBetween(twin, facts))
      if (trace !== undefined) tell(world, trace)
      const after = honestStocks(bed)
      const differences = differencesBetween(twin, facts)
      const breaches = [
        ...differences.filter(({ kind }) => !apart || ALONE.has(kind)),
        ...wrongCommands(facts.sent),
        ...lostOn(before, after, world.removed),
        ...tooManySetAsides(after),
        ...shownTooWell(world),
        ...(await uncaught()),
        ...shownTooMuch(world, figures),
      ]
      apart = differences.length > 0
      if (breaches.length > 0) failures.push({ look, breaches })
      if (breaches.length > 0 && first) return failures
    }
    const bytes = bytesBelow(join(bed.directory, 'data')) - (databaseOf.get(seed) ?? 0)
    figures.databaseBytes = Math.max(figures.databaseBytes, bytes)
    const what = `it has grown by ${bytes} bytes more than in the honest world`
    if (bytes > MOST_DATABASE_BYTES) failures.push({ look: looks.length - 1, breaches: [{ kind: 'database', what }] })
  } catch (error) {
    failures.push({ look: at, breaches: [{ kind: 'crash', what: textOf(error) }] })
  } finally {
    figures.did(world.x.done)
    await world.close()
  }
  return failures
}

const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))

/** Of the honest lines that no repair has judged anew meanwhile. */
function delayBetween(honest: Facts, hostile: Facts): number {
  const same = [...honest.delays].filter(([id]) => honest.verdicts.get(id)?.startsWith(honest.healths.get(id) ?? '?'))
  return Math.max(0, ...same.map(([id, ms]) => (hostile.delays.get(id) ?? ms) - ms))
}

async function uncaught(): Promise<Breach[]> {
  await new Promise((resolve) => setImmediate(resolve))
  return thrown.splice(0).map((error) => ({ kind: 'uncaught exception', what: textOf(error) }))
}

function shownTooMuch({ bed }: World, figures: Figures): Breach[] {
  const views = bed.engine.datasets()
  if (views.some(({ verdict }) => verdict.reasons.some(({ code }) => code === 'INTERNAL'))) figures.contained++
  const text = JSON.stringify(views, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
  return text.length > MOST_SHOWN
    ? [{ kind: 'shown', what: `${text.length} characters are shown of its datasets` }]
    : []
}

function tell({ bed }: World, trace: (line: string) => void): void {
  for (const { dataset, verdict } of bed.engine.datasets())
    trace(`  ${dataset.id} ${verdict.health} ${verdict.reasons.map(({ code }) => code).join(' ')}`)
  for (const line of bed.log.splice(0))
    trace(`  ${new Date(line.at).toISOString()} ${line.level} ${line.message} ${JSON.stringify(line.fields)}`)
}

const bytesBelow = (directory: string): number =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
