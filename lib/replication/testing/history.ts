import fc from 'fast-check'
import type { Plan } from '../types/plan.ts'
import { isUnborn } from './model/commands.ts'
import { Model } from './model/model.ts'
import type { ModelDataset } from './model/objects.ts'
import { MAPPING } from './world.ts'

export type Event = readonly [what: string, which: number]
export interface History {
  readonly type: 'filesystem' | 'volume'
  /** Snapshots that were replicated before anything else happened. */
  readonly begun: number
  readonly events: readonly Event[]
}

const P = MAPPING.primary.dataset
const B = MAPPING.backup.dataset
const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % Math.max(1, from.length)]

/** What happens on SANs, by people and other tools. Each changes nothing where there is nothing to change. */
const HAPPENINGS: Readonly<Record<string, (model: Model, which: number) => void>> = {
  snap: (model, which) => void model.on('primary', 'snapshot', `${P}@s${serial(model, which)}`),
  skip: (model, which) => void model.on('primary', 'snapshot', `${P}@x${serial(model, which)}`),
  /** As long as a name may be here, and with every character that ZFS takes. */
  odd: (model, which) => void model.on('primary', 'snapshot', `${P}@${oddName(model, which)}`),
  work: (model) => void model.perform({ kind: 'write', side: 'primary', dataset: P }),
  expire: (model) => void onPrimary(model, 0, (name) => ['destroy', name]),
  /** A schedule that keeps the newest few only. */
  retain(model, which) {
    for (const { name } of model.primary.dataset(P).snapshots.slice(0, -(1 + (which % 3))))
      model.on('primary', 'destroy', `${P}@${name}`)
  },
  keep: (model, which) => void onPrimary(model, which, (name) => ['hold', `kept${which % 2}`, name]),
  letGo: (model, which) => void onPrimary(model, which, (name) => ['release', `kept${which % 2}`, name]),
  destroy: (model, which) => void onPrimary(model, which, (name) => ['destroy', name]),
  rename: (model, which) => void onPrimary(model, which, (name) => ['rename', name, `${P}@r${serial(model, which)}`]),
  /** Names that go round: the newest one takes over the name of an older one. */
  rotate(model, which) {
    const name = pick(model.primary.dataset(P).snapshots, which)?.name
    if (name === undefined) return
    model.on('primary', 'rename', `${P}@${name}`, `${P}@o${serial(model, which)}`)
    model.on('primary', 'snapshot', `${P}@${name}`)
  },
  bookmark: (model, which) =>
    void onPrimary(model, which, (name) => ['bookmark', name, `${P}#m${serial(model, which)}`]),

  own: (model, which) => void onBackup(model, which, ({ name }) => ['snapshot', `${name}@own${serial(model, which)}`]),
  clash(model, which) {
    const theirs = pick(model.primary.dataset(P).snapshots, which)
    if (theirs !== undefined) model.on('backup', 'snapshot', `${B}@${theirs.name}`)
  },
  everywhere: (model, which) =>
    void model.on('backup', 'snapshot', '-r', `${model.backup.pool}@all${serial(model, which)}`),
  write(model, which) {
    const written = pick(ready(model), which)
    if (written !== undefined) model.perform({ kind: 'write', side: 'backup', dataset: written.name })
  },
  prune: (model, which) => void onSnapshot(model, which, (name) => ['destroy', name]),
  name: (model, which) =>
    void onSnapshot(model, which, (name, ds) => ['rename', name, `${ds}@n${serial(model, which)}`]),
  hold: (model, which) => void onSnapshot(model, which, (name) => ['hold', `tag${which % 3}`, name]),
  release: (model, which) => void onSnapshot(model, which, (name) => ['release', `tag${which % 3}`, name]),
  mark: (model, which) =>
    void onSnapshot(model, which, (name, ds) => ['bookmark', name, `${ds}#b${serial(model, which)}`]),
  clone: (model, which) =>
    void onSnapshot(model, which, (name, ds) => {
      const place = model.backup.find(ds)?.type === 'volume' ? [] : ['-o', 'mountpoint=none']
      return ['clone', ...place, name, `hqs1p1/c${serial(model, which)}`]
    }),
  promote(model, which) {
    const clones = [...model.backup.datasets.values()].filter(({ name }) => name.startsWith('hqs1p1/c'))
    const found = pick(clones, which)
    if (found !== undefined) model.on('backup', 'promote', found.name)
  },
  kid(model, which) {
    const parent = pick([B, `${B}/kid0`], which)
    if (parent !== undefined) model.on('backup', 'create', `${parent}/kid${which % 2}`)
  },
  /** A dozen datasets below the backup that the primary knows nothing of. */
  kids(model, which) {
    for (let n = 0; n < 12; n++) model.on('backup', 'create', `${B}/a b.${n}:${which % 2}`)
  },
  mount(model, which) {
    if (model.backup.find(B)?.type === 'filesystem')
      model.on('backup', 'set', `canmount=${pick(['on', 'noauto', 'off'], which)}`, B)
  },
  place(model) {
    if (model.backup.find(B)?.type === 'filesystem') model.on('backup', 'set', 'mountpoint=/data', B)
  },
  limit(model) {
    if (model.backup.find(B)?.type === 'filesystem') model.on('backup', 'set', 'quota=10000000', B)
  },
  away: (model, which) => void model.on('backup', 'rename', B, `hqs1p1/was${serial(model, which)}`),
  /** Another tool brings the newest snapshot over, whole or cut off. */
  foreign(model, which) {
    const to = model.primary.dataset(P).snapshots.at(-1)
    const there = new Set(model.backup.find(B)?.snapshots.map(({ guid }) => guid))
    const from = model.primary.dataset(P).snapshots.findLast(({ guid }) => there.has(guid))
    if (to === undefined || from === to) return
    const source = ['send', ...(from === undefined ? [] : ['-i', `${P}@${from.name}`]), `${P}@${to.name}`]
    const cut = which % 2 === 0 ? { arrived: 0, saved: true } : null
    model.perform({ kind: 'transfer', source, sink: ['receive', '-s', '-u', B], cut })
  },
}

const WEIGHTS: Readonly<Record<string, number>> = {
  snap: 5,
  work: 2,
  repair: 4,
  cut: 3,
  die: 3,
  write: 2,
  own: 2,
  expire: 2,
}
const EVENTS = [...Object.keys(HAPPENINGS), 'repair', 'cut', 'die']

export const events = (maxLength: number): fc.Arbitrary<readonly Event[]> =>
  fc.array(
    fc.tuple(
      fc.oneof(...EVENTS.map((event) => ({ arbitrary: fc.constant(event), weight: WEIGHTS[event] ?? 1 }))),
      fc.nat(20),
    ),
    // Or most histories would be too short for anything to go wrong in them.
    { maxLength, size: 'max' },
  )
export const histories: fc.Arbitrary<History> = fc.record({
  type: fc.constantFrom('filesystem', 'filesystem', 'filesystem', 'volume'),
  begun: fc.constantFrom(3, 0, 1, 2),
  events: events(40),
})

/** A model with this history. */
export function modelAfter({ type, begun, events }: History, planFor: (model: Model) => Plan): Model {
  const model = new Model(type)
  for (let left = begun; left > 0; left--) for (const what of ['work', 'snap']) happen(model, [what, 0], planFor)
  if (begun > 0) happen(model, ['repair', 0], planFor)
  for (const event of events) happen(model, event, planFor)
  return model
}

/** `planFor` makes the plans of the repairs that are among the events. */
export function happen(model: Model, [what, which]: Event, planFor: (model: Model) => Plan): void {
  const happening = HAPPENINGS[what]
  if (happening !== undefined) {
    happening(model, which)
    return
  }
  const plan = planFor(model)
  if (plan.blocked !== null) return
  if (what === 'repair') model.run(plan)
  if (what === 'die') model.run(plan, { after: which % 12, cut: { arrived: 0, saved: which % 2 === 0 } })
  if (what === 'cut') {
    const first = plan.steps.findIndex((step) => step.kind === 'transfer')
    const before = Model.length({ ...plan, steps: plan.steps.slice(0, first) })
    if (first >= 0) model.run(plan, { after: before, cut: { arrived: 0, saved: true } })
  }
}

/** 1 to some 200 characters: a dataset's name and a snapshot's have 255 between them. */
const oddName = (model: Model, which: number): string =>
  ['a b', 'x.y', ' ', '-_:.', 'n'.repeat(200)][which % 5]?.concat(serial(model, which)) ?? ''

const serial = ({ done }: Model, which: number): string => `${done.length}${'abc'[which % 3]}`

function ready({ backup }: Model): readonly ModelDataset[] {
  const all = [...backup.datasets.values()].filter((each) => !isUnborn(each))
  // The backup itself, mostly.
  const own = all.filter(({ name }) => name === B)
  return [...own, ...own, ...own, ...all]
}

function onPrimary(model: Model, which: number, words: (name: string) => readonly string[]): void {
  const found = pick(model.primary.dataset(P).snapshots, which)
  if (found !== undefined) model.on('primary', ...words(`${P}@${found.name}`))
}

function onBackup(model: Model, which: number, words: (dataset: ModelDataset) => readonly string[]): void {
  const found = pick(ready(model), which)
  if (found !== undefined) model.on('backup', ...words(found))
}

function onSnapshot(model: Model, which: number, words: (name: string, dataset: string) => readonly string[]): void {
  const dataset = pick(ready(model), which)
  const found = pick(dataset?.snapshots ?? [], which * 7)
  if (dataset !== undefined && found !== undefined)
    model.on('backup', ...words(`${dataset.name}@${found.name}`, dataset.name))
}
