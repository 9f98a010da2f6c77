/** `parse-and-compare.ts FILE DATASETS`: reads a listing, compares each dataset with a copy of itself, prints the seconds as JSON. */
import { readFileSync } from 'node:fs'
import { compare } from '#lib/replication/compare.ts'
import { parseSnapshotListing } from '#lib/zfs/snapshot-listing.ts'
import type { DatasetFacts } from '#lib/zfs/types.ts'
import { datasetNames } from './listing.ts'

const [file = '', count = ''] = process.argv.slice(2)
const names = datasetNames(Number(count))
const text = readFileSync(file, 'latin1')

let began = performance.now()
const listing = parseSnapshotListing(text, names)
if (listing.fault !== null) throw new Error(listing.fault.reason)
const parse = (performance.now() - began) / 1000

began = performance.now()
for (const name of names) {
  const side = listing.datasets.get(name)
  if (side === undefined) throw new Error(`${name} was not found.`)
  const primary = { state: 'present' as const, facts: facts(name), ...side }
  // As far as the program can tell, another host's listing: other objects, equal guids.
  const backup = { ...primary, snapshots: side.snapshots.map((entry) => ({ ...entry })) }
  const { behind, commonCount } = compare(
    primary,
    backup,
    { include: [], exclude: [], minAgeSeconds: 0 },
    2_000_000_000,
  )
  if (behind.length > 0 || commonCount !== side.snapshots.length) throw new Error(`${name} is not like itself.`)
}
console.log(JSON.stringify({ parse, compare: (performance.now() - began) / 1000 }))

function facts(name: string): DatasetFacts {
  return {
    name,
    type: 'filesystem',
    guid: '1',
    createtxg: 1n,
    origin: null,
    snapshotsChanged: null,
    receiveResumeToken: null,
    written: 0,
    used: 0,
    referenced: 0,
    available: 0,
    readonly: true,
    mounted: false,
    encryption: 'off',
    encryptionRoot: null,
    keyStatus: null,
  }
}
