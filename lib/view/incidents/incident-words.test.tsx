import { expect, test } from 'bun:test'
import { render } from 'preact-render-to-string'
import { Said } from '../said.tsx'
import { placeOf, subjectOf } from './incident-words.tsx'

type Concerned = Parameters<typeof subjectOf>[0]

const dataset = (name: string, primary = 'hqs8', backup = 'hqs1'): Concerned['datasets'][number] => ({
  id: `${primary}-${backup}.${name}`,
  name,
  primary: { host: primary, dataset: `${primary}p1/${name}` },
  backup: { host: backup, dataset: `${backup}p2/${name}` },
})

const concerned = (change: Partial<Concerned>): Concerned => ({
  kind: 'dataset',
  code: 'LAG_CRITICAL',
  host: 'hqs1',
  datasets: [dataset('DAT1')],
  datasetCount: 1,
  ...change,
})
const three = [dataset('A'), dataset('B', 'hqs9'), dataset('C', 'hqs10', 'hqs7')]

test.each<readonly [Partial<Concerned>, string, string]>([
  [{}, 'DAT1', 'hqs8 → hqs1'],
  [{ datasetCount: 12 }, '12 datasets', 'hqs8 → hqs1'],
  [{ datasets: three, datasetCount: 3 }, '3 datasets', 'hqs8 → hqs1, hqs9 → hqs1 and 1 more'],
  [{ kind: 'repair' }, 'Repairs of DAT1', 'hqs8 → hqs1'],
  [{ kind: 'host', datasetCount: 23 }, 'hqs1', '23 datasets'],
  [{ kind: 'host', datasets: [], datasetCount: 0 }, 'hqs1', ''],
  [{ kind: 'pool' }, 'Pool hqs1p2', 'hqs1, 1 dataset'],
  [{ kind: 'pool', host: 'hqs8' }, 'Pool hqs8p1', 'hqs8, 1 dataset'],
  [{ kind: 'pool', host: 'hqs8', datasets: [], datasetCount: 0 }, 'A pool of hqs8', ''],
  [{ kind: 'witness', host: null, datasets: [], datasetCount: 0 }, 'The witness', ''],
  [{ kind: 'witness', code: 'CHANNEL_FAILING', datasets: [], datasetCount: 0 }, 'A channel that fails', ''],
  // Removed since: what is left to say.
  [{ host: null, datasets: [], datasetCount: 0 }, 'Datasets', ''],
])('%o is %s, %s', (change, subject, place) => {
  expect([subjectOf(concerned(change)), placeOf(concerned(change))]).toEqual([subject, place])
})

test.each([
  ['plain', 'plain'],
  [
    'run `zfs hold` there, then `zwitness adopt`.',
    'run <code>zfs hold</code> there, then <code>zwitness adopt</code>.',
  ],
  ['a lone ` stays', 'a lone ` stays'],
  ['<b>`<i>`', '&lt;b><code>&lt;i></code>'],
])('%s is drawn as %s', (text, drawn) => expect(render(<Said text={text} />)).toBe(drawn))
