import { type Answer, chosen, columnsOf, type Kind, type Row, rowsOf, type Scene, textOf } from './answer.ts'
import { edge, edgeGuid, edgeHealth, edgeNumber, edgeText, edgeTime } from './edges.ts'
import { repeated, zfsNoise } from './noise.ts'

export type Lie = (answer: Answer, scene: Scene) => Answer

const TABLES: readonly Kind[] = ['pools', 'datasets', 'snapshots', 'properties', 'other']

/** A lie about the rows of a listing. */
function rows(change: (rows: Row[], scene: Scene, at: readonly number[]) => Row[]): Lie {
  return (answer, scene) => {
    const found = rowsOf(answer.stdout)
    const at = chosen(found, scene)
    return at.length === 0 ? answer : { ...answer, stdout: textOf(change(found, scene, at)) }
  }
}

/** A lie about one column, where the listing has it: in one row, or in all. */
function column(names: readonly string[], value: (scene: Scene, row: Row) => string): Lie {
  return rows((found, scene, at) => {
    const columns = columnsOf(scene.argv)
    const name = scene.random.pick(names)
    const place = columns.indexOf(name)
    const byProperty = columns.includes('property') || columns.includes('value')
    if (place < 0 && !byProperty) return found
    const all = scene.random.chance(0.4)
    const one = scene.random.pick(at)
    for (const index of all ? at : [one]) {
      const row = found[index]
      if (row === undefined) continue
      const spot = place >= 0 ? place : columns.indexOf('value')
      if (spot >= 0 && spot < row.length) row[spot] = value(scene, row)
    }
    return found
  })
}

const said =
  (change: (answer: Answer, scene: Scene) => Partial<Answer>): Lie =>
  (answer, scene) => ({
    ...answer,
    ...change(answer, scene),
  })

export interface LieAbout {
  readonly on: readonly Kind[]
  readonly lie: Lie
}
const on = (kinds: readonly Kind[], lie: Lie): LieAbout => ({ on: kinds, lie })

/** What a hostile SAN may say in place of the truth, command by command. */
export const LIES: Readonly<Record<string, LieAbout>> = {
  cell: on(
    TABLES,
    rows((found, { random }, at) => {
      const row = found[random.pick(at)]
      if (row !== undefined) row[random.int(row.length)] = edge(random)
      return found
    }),
  ),
  'extra cells': on(
    TABLES,
    rows((found, { random }, at) => {
      const row = found[random.pick(at)]
      if (random.chance(0.5)) row?.splice(random.int(row.length), 1)
      else row?.splice(random.int(row.length), 0, edge(random))
      return found
    }),
  ),
  time: on(
    ['datasets', 'snapshots'],
    column(['creation', 'snapshots_changed'], ({ random }) => edgeTime(random)),
  ),
  guid: on(
    ['datasets', 'snapshots'],
    column(['guid'], ({ random }) => edgeGuid(random)),
  ),
  txg: on(
    ['datasets', 'snapshots'],
    column(['createtxg'], ({ random }) => edgeNumber(random)),
  ),
  sizes: on(
    ['datasets', 'pools'],
    column(['written', 'used', 'referenced', 'available', 'size', 'free'], ({ random }) => edgeNumber(random)),
  ),
  'no changes': on(
    ['datasets'],
    column(['written'], () => '0'),
  ),
  'says it has all': on(
    ['snapshots'],
    rows((found, scene, at) => {
      const { random } = scene
      const dataset = (found[random.pick(at)]?.[0] ?? '').replace(/[@#].*$/s, '')
      const columns = columnsOf(scene.argv)
      const known = new Set(found.map((row) => row[columns.indexOf('guid')]))
      const more = scene.otherSide(dataset).filter(({ guid }) => !known.has(guid))
      const txg = Math.max(0, ...found.map((row) => Number(row[columns.indexOf('createtxg')]) || 0))
      const forged = more.map(
        ({ name, guid, time }, index): Row =>
          columns.map((each) => {
            if (each === 'name') return `${dataset}@${name}`
            if (each === 'guid') return guid
            if (each === 'createtxg') return `${txg + index + 1}`
            if (each === 'creation') return `${time}`
            return each === 'type' ? 'snapshot' : '0'
          }),
      )
      return [...found, ...forged]
    }),
  ),
  'hides the newest': on(
    ['snapshots'],
    rows((found, { random }, at) => found.filter((_, index) => !at.slice(-1 - random.int(3)).includes(index))),
  ),
  'hides all but the oldest': on(
    ['snapshots'],
    rows((found, _, at) => found.filter((__, index) => !at.slice(1).includes(index))),
  ),
  'row left out': on(
    TABLES,
    rows((found, { random }, at) => found.toSpliced(random.pick(at), 1)),
  ),
  'row twice': on(
    TABLES,
    rows((found, { random }, at) => {
      const row = found[random.pick(at)] ?? []
      const again = random.chance(0.5)
        ? [...row]
        : row.map((cell, index) => (index > 0 && random.chance(0.3) ? edge(random) : cell))
      return found.toSpliced(random.int(found.length + 1), 0, again)
    }),
  ),
  'rows mixed': on(
    TABLES,
    rows((found, { random }) => found.toSorted(() => random.next() - 0.5)),
  ),
  'row of another SAN': on(
    TABLES,
    rows((found, { random, somebodyElses, otherSide }, at) => {
      const row = [...(found[random.pick(at)] ?? [])]
      const name = row[0] ?? ''
      const suffix = /[@#].*$/s.exec(name)?.[0] ?? ''
      row[0] = `${somebodyElses()}${suffix}`
      const guid = row.findIndex((cell) => /^\d{15,20}$/.test(cell))
      const theirs = otherSide(name)
      if (guid >= 0 && theirs.length > 0 && random.chance(0.5)) row[guid] = random.pick(theirs).guid
      return random.chance(0.5) ? [...found, row] : [row, ...found]
    }),
  ),
  'other name': on(
    TABLES,
    rows((found, { random, somebodyElses }, at) => {
      const row = found[random.pick(at)]
      if (row === undefined) return found
      const name = row[0] ?? ''
      const suffix = /[@#].*$/s.exec(name)?.[0] ?? ''
      row[0] = random.pick([
        () => `${somebodyElses()}${suffix}`,
        () => `${name.replace(/[@#].*$/s, '')}@${edgeText(random)}`,
        () => `${name}${edgeText(random)}`,
        () => `evil/${edgeText(random)}`,
        () => edgeText(random),
      ])()
      return found
    }),
  ),
  'hundreds more': on(
    ['datasets', 'snapshots'],
    rows((found, { random }, at) => {
      const row = found[random.pick(at)] ?? []
      const many = random.pick([20, 100, 500])
      return [
        ...found,
        ...Array.from({ length: many }, (_, index) => [
          `${row[0]}x${index}`,
          ...row.slice(1).map((cell) => (/^\d{12,}$/.test(cell) ? `${random.bits64()}` : cell)),
        ]),
      ]
    }),
  ),
  'children that are none': on(
    ['datasets'],
    rows((found, { random, argv }, at) => {
      if (!argv.includes('-r')) return found
      const row = found[random.pick(at)] ?? []
      const names = Array.from(
        { length: 1 + random.int(30) },
        (_, index) => `${row[0]}/${random.chance(0.2) ? edgeText(random) : `new${index}`}`,
      )
      return [
        ...found,
        ...names.map((name) => [
          name,
          ...row.slice(1).map((cell) => (/^\d{12,}$/.test(cell) ? `${random.bits64()}` : cell)),
        ]),
      ]
    }),
  ),
  'not encrypted': on(['datasets', 'properties'], (answer, scene) => {
    const columns = columnsOf(scene.argv)
    const plain = rowsOf(answer.stdout).map((row) => {
      if (!scene.about(row[0] ?? '') && !columns.includes('property')) return row
      if (scene.argv.includes('ivsetguid')) return [row[0] ?? '', '-']
      return row.map((cell, index) => {
        if (columns[index] === 'encryption') return 'off'
        if (columns[index] === 'encryptionroot' || columns[index] === 'keystatus') return '-'
        return cell
      })
    })
    return { ...answer, stdout: textOf(plain) }
  }),
  'other key': on(['datasets', 'properties'], (answer, scene) => {
    const columns = columnsOf(scene.argv)
    const turned = rowsOf(answer.stdout).map((row) =>
      row.map((cell, index) => {
        if (columns[index] === 'keystatus') return scene.random.pick(['available', 'unavailable', 'none', '-'])
        if (columns[index] === 'encryption') return scene.random.pick(['aes-256-gcm', 'off', 'on', cell])
        if (scene.argv.includes('ivsetguid') && index === 1)
          return scene.random.pick(['-', '1', `${scene.random.bits64()}`, cell])
        return cell
      }),
    )
    return { ...answer, stdout: textOf(turned) }
  }),
  'a token of its own': on(
    ['datasets'],
    column(['receive_resume_token'], ({ random, token }, row) => token(random, row[0] ?? '')),
  ),
  'another origin': on(
    ['datasets'],
    column(['origin'], ({ random, somebodyElses }) => `${somebodyElses()}@${edgeText(random)}`),
  ),
  'the answer of before': on(
    [...TABLES, 'clock', 'written'],
    said((_, { before }) => before ?? {}),
  ),
  pool: on(
    ['pools'],
    column(['health'], ({ random }) => edgeHealth(random)),
  ),
  'no such pool': on(
    ['pools'],
    said(() => ({ stdout: '', stderr: "cannot open 'evil': no such pool\n", exitCode: 1 })),
  ),
  'pool is read-only': on(
    ['pools'],
    column(['readonly'], () => 'on'),
  ),
  'nothing is there': on(
    ['datasets', 'snapshots'],
    said((_, { argv, about }) => {
      const names = argv.filter((word) => word.startsWith('evil') && about(word))
      if (names.length === 0) return {}
      return {
        stdout: '',
        stderr: names.map((name) => `cannot open '${name}': dataset does not exist\n`).join(''),
        exitCode: 1,
      }
    }),
  ),
  'says nothing, ends well': on(
    [...TABLES, 'clock', 'written', 'rights', 'estimate', 'token'],
    said(() => ({ stdout: '', stderr: '', exitCode: 0 })),
  ),
  'ends badly': on(
    [...TABLES, 'write', 'clock', 'written'],
    said((_, { random }) => ({ exitCode: random.pick([1, 2, 126, 127, 130, 137, 141, 254, 255]) })),
  ),
  'ends well': on(
    [...TABLES, 'write', 'token', 'estimate'],
    said((_, { random }) => ({ exitCode: 0, stderr: random.chance(0.5) ? `${zfsNoise(random)}\n` : '' })),
  ),
  complains: on(
    [...TABLES, 'write', 'estimate', 'token'],
    said((answer, { random }) => ({
      stderr: `${answer.stderr}${zfsNoise(random)}\n`,
      exitCode: random.pick([answer.exitCode, 1, 2, 255]),
    })),
  ),
  'complains at length': on(
    [...TABLES, 'write'],
    said((_, { random }) => ({ stderr: `${repeated(random)}\n`, exitCode: random.pick([0, 1]) })),
  ),
  'an old version': on(
    ['datasets'],
    said(() => ({
      stdout: '',
      stderr: "bad property list: invalid property 'snapshots_changed'\nusage:\n",
      exitCode: 2,
    })),
  ),
  'cut off': on(
    [...TABLES, 'clock', 'written', 'rights'],
    said(({ stdout }, { random }) => ({ stdout: stdout.slice(0, random.int(stdout.length + 1)) })),
  ),
  'the clock': on(
    ['clock'],
    said((_, { random }) => ({ stdout: `${random.chance(0.5) ? edgeTime(random) : edge(random)}\n` })),
  ),
  'an hour off': on(
    ['clock'],
    said(({ stdout }, { random }) => ({
      stdout: `${(Number(stdout) || 0) + random.pick([-1, 1]) * random.pick([61, 3600, 86_400, 1e9])}\n`,
    })),
  ),
  'written since': on(
    ['written'],
    said((_, { random }) => ({ stdout: `${edgeNumber(random)}\n` })),
  ),
  'an estimate': on(
    ['estimate', 'token'],
    said(({ stdout }, { random }) => ({
      stdout: random.chance(0.5) ? stdout.replace(/size\t.*/g, `size\t${edgeNumber(random)}`) : `${edge(random)}\n`,
    })),
  ),
  'rights it has not': on(
    ['rights'],
    said((_, { random }) => ({
      stdout: random.chance(0.5)
        ? ''
        : `---- Permissions on evil ---\nLocal+Descendent permissions:\n\tuser ${edgeText(random)} ${edge(random)},receive:append,destroy\n`,
    })),
  ),
  'other bytes': on(
    TABLES,
    said(({ stdout }, { random }) => {
      const at = random.int(stdout.length + 1)
      return { stdout: `${stdout.slice(0, at)}${edge(random)}${stdout.slice(at + random.int(3))}` }
    }),
  ),
}
