import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Files, isTest, wrongArrows } from './arrows.ts'
import { circlesOf, type Graph, graphOf, loadedWith, readFiles } from './graph.ts'
import { roomOf } from './rooms.ts'
import { longestWay } from './way.ts'

/** How the house is built, in figures. Tests, fixtures and what is only there for them do not count. */
export interface Figures {
  /** Folders in lib/, files directly there, and the folders at the top that have a row in rooms.ts. */
  readonly rooms: number
  /** From one room to another, however many imports there are; types count. */
  readonly arrows: number
  /** Of these: not in the table of rooms.ts, or in a circle of rooms, of which none can be the lower one. */
  readonly upward: number
  /** Groups of files that import each other in a circle, types included. */
  readonly circles: number
  /** Of lib, config and simulator. */
  readonly files: number
  readonly lines: number
  readonly median: number
  readonly longest: { readonly lines: number; readonly file: string }
  /** Files of lib of which a function runs while a dataset is seeded for the first time. */
  readonly inFirstSeed: number
  /** Files that one value is handed through; see way.ts. */
  readonly longestWay: { readonly files: number; readonly from: string }
  /** Files that are loaded for one POST route; types are not. */
  readonly forOneRoute: number
}

const ROUTE = 'routes/api/datasets/[id]/run.ts'

export async function figures(): Promise<Figures> {
  const all = await readFiles('{functions,routes,islands,lib,config,simulator}/**/*.{ts,tsx}')
  const house: Files = new Map([...all].filter(([path]) => !isTest(path)))
  const graph = graphOf(house, { types: true })
  const rooms = roomsOf(graph)
  const inCircles = circlesOf(rooms).flatMap((circle) =>
    circle.flatMap((room) => [...(rooms.get(room) ?? [])].filter((to) => circle.includes(to))),
  )
  const measured = [...house].filter(([path]) => /^(lib|config|simulator)\//.test(path))
  const lengths = measured.map(([file, source]) => ({ file, lines: source.split('\n').length - 1 }))
  lengths.sort((a, b) => a.lines - b.lines)
  const way = longestWay(measured.map(([path]) => path))
  return {
    rooms: rooms.size,
    arrows: [...rooms.values()].reduce((sum, { size }) => sum + size, 0),
    upward: wrongArrows(house).filter((problem) => !problem.includes('circle')).length + inCircles.length,
    circles: circlesOf(graph).length,
    files: lengths.length,
    lines: lengths.reduce((sum, { lines }) => sum + lines, 0),
    median: lengths[Math.floor(lengths.length / 2)]?.lines ?? 0,
    longest: lengths.at(-1) ?? { lines: 0, file: '' },
    inFirstSeed: await filesOfAFirstSeed(),
    longestWay: { files: way.files.length, from: way.from },
    forOneRoute: loadedWith(ROUTE, graphOf(house, { types: false })).size,
  }
}

/** What is directly in lib/ is at the top (main.ts) or at the bottom (services.ts): each is a room of its own. */
function roomsOf(graph: Graph): Graph {
  const of = (path: string): string => (roomOf(path) === 'lib' ? path : roomOf(path))
  const rooms = new Map<string, Set<string>>()
  for (const [path, targets] of graph) {
    const room = rooms.get(of(path)) ?? new Set()
    rooms.set(of(path), room)
    for (const target of targets) if (of(target) !== of(path)) room.add(of(target))
  }
  return rooms
}

const BED = 'tests/bed/bed.test.ts'
const FIRST_SEED = 'a seed and its increments arrive in one scan'

/**
 * Counted while it runs: that test of the bed (the real engine, san and database over simulated SANs; the bed stands in
 * for ssh and processes) under Bun's coverage, and then the files of lib of which at least one function was called.
 */
async function filesOfAFirstSeed(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'zw-first-seed-'))
  try {
    const coverage = ['--coverage', '--coverage-reporter=lcov', `--coverage-dir=${directory}`]
    const child = Bun.spawnSync([process.execPath, 'test', BED, '-t', `^${FIRST_SEED}$`, ...coverage])
    if (child.exitCode !== 0) throw new Error(`"${FIRST_SEED}" of ${BED} failed: ${child.stderr}`)
    const report = await Bun.file(join(directory, 'lcov.info')).text()
    return report.split('end_of_record').filter((file) => /^SF:lib\//m.test(file) && /^FNH:[1-9]/m.test(file)).length
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** One line a figure. */
export function figureLines(figures: Figures): string {
  const { files, lines, median, longest, longestWay: way } = figures
  const rows: readonly (readonly [name: string, value: string])[] = [
    ['rooms', `${figures.rooms}`],
    ['arrows between rooms', `${figures.arrows}`],
    ['arrows upward', `${figures.upward}`],
    ['circles of files', `${figures.circles}`],
    ['lib, config, simulator', `${files} files, ${lines} lines`],
    ['median and longest file', `${median} and ${longest.lines} lines (${longest.file})`],
    ['run in one first seed', `${figures.inFirstSeed} files of lib`],
    ['longest way of one parameter', `${way.files} files (${way.from})`],
    ['loaded for one POST route', `${figures.forOneRoute} files`],
  ]
  return rows.map(([name, value]) => `${name.padEnd(30)}${value}`).join('\n')
}

if (import.meta.main) {
  const found = await figures()
  console.log(process.argv.includes('--json') ? JSON.stringify(found, null, 2) : figureLines(found))
}
