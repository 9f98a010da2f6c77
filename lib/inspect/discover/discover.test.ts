import { describe, expect, test } from 'bun:test'
import { parse } from 'yaml'
import { discoveredYaml, matchHosts } from './match.ts'
import type { HostListing } from './types.ts'

/** `tank/a: 1 2 3` → a dataset whose snapshots have those guids; `volume` and an own guid where they matter. */
function listing(
  host: string,
  tree: Readonly<Record<string, string>>,
  types: Readonly<Record<string, 'volume'>> = {},
): HostListing {
  const names = Object.keys(tree)
  return {
    host,
    datasets: names.map((name, at) => ({
      name,
      type: types[name] ?? 'filesystem',
      guid: `${host.length}${at + 1}00`,
      origin: null,
    })),
    snapshots: names.flatMap((name) =>
      (tree[name] ?? '')
        .split(' ')
        .filter((guid) => guid !== '')
        .map((guid, at) => ({ dataset: name, name: `s${guid}`, guid, createtxg: BigInt(at + 1) })),
    ),
  }
}
const match = (primary: HostListing, backup: HostListing, configured: Parameters<typeof matchHosts>[2] = []) => {
  const { mappings, ...rest } = matchHosts(primary, backup, configured)
  return {
    pairs: mappings.map((m) => [m.primary, m.backup, m.newestCommon.name, m.commonCount, m.behind]),
    mappings,
    ...rest,
  }
}

describe('matching', () => {
  test('by guid, whatever the datasets are called', () => {
    const { pairs } = match(
      listing('a', { 'tank/x': '1 2 3', 'tank/y': '7' }),
      listing('bb', { 'vault/old/name': '1 2', 'vault/y': '8' }),
    )
    expect(pairs).toEqual([['tank/x', 'vault/old/name', 's2', 2, 1]])
  })
  test('the same name without a common guid is no backup', () => {
    const { pairs, withoutBackup, withoutPrimary } = match(
      listing('a', { 'tank/y': '7' }),
      listing('bb', { 'tank/y': '8' }),
    )
    expect(pairs).toEqual([])
    expect([withoutBackup[0]?.dataset, withoutPrimary[0]?.dataset]).toEqual(['tank/y', 'tank/y'])
  })
  test('a clone that was promoted: the one that shares most', () => {
    const { pairs } = match(listing('a', { 'tank/clone': '1', 'tank/x': '2 3' }), listing('bb', { 'vault/x': '1 2 3' }))
    expect(pairs.map(([primary]) => primary)).toEqual(['tank/x'])
  })
  test('two copies of one dataset are two mappings', () => {
    const { pairs } = match(listing('a', { 'tank/x': '1 2' }), listing('bb', { 'vault/x': '1', 'vault/x2': '1 2' }))
    expect(pairs.map(([, backup]) => backup)).toEqual(['vault/x', 'vault/x2'])
  })
  test('a filesystem is never a copy of a volume', () => {
    expect(
      match(listing('a', { 'tank/x': '1' }, { 'tank/x': 'volume' }), listing('bb', { 'vault/x': '1' })).pairs,
    ).toEqual([])
  })
  test('where both see the same pool, nothing is a backup of itself', () => {
    const shared = listing('a', { 'tank/x': '1', 'tank/copy': '1' })
    expect(match(shared, shared).pairs.map(([primary, backup]) => [primary, backup])).toEqual([
      ['tank/copy', 'tank/x'],
      ['tank/x', 'tank/copy'],
    ])
  })
  test('what a repair has set aside is no backup, and says what it is', () => {
    const aside = 'vault/x.zw-aside-20261122T100000Z'
    const { pairs, withoutPrimary } = match(
      listing('a', { 'tank/x': '1 2' }),
      listing('bb', { 'vault/x': '1', [aside]: '2', [`${aside}/kid`]: '' }),
    )
    expect(pairs.map(([, backup]) => backup)).toEqual(['vault/x'])
    expect(withoutPrimary.map(({ note }) => note)).toEqual(['set aside from vault/x', 'set aside from vault/x'])
  })
  test('order is by createtxg, not by name', () => {
    expect(
      match(listing('a', { 'tank/x': '9 1' }), listing('bb', { 'vault/x': '9 1' })).mappings[0]?.newestCommon.guid,
    ).toBe('1')
  })
})

describe('the lines to paste', () => {
  const configured = [{ id: 'a-b.x', primary: 'tank/x', backup: 'vault/x' }]
  const yaml = (known: typeof configured | []) => {
    const { mappings } = match(
      listing('a', { 'tank/x': '1', 'tank/y:z': '2', 'tank/my data': '3' }),
      listing('bb', { 'vault/x': '1', 'vault/y': '2', 'vault/my data': '3' }),
      known,
    )
    return discoveredYaml({ primary: 'hqs8', backup: 'hqs1', mappings })
  }
  test('are YAML; a name that the configuration refuses is only a comment', () => {
    expect(parse(yaml([]))).toEqual({
      pairs: [
        {
          name: 'HQS8 → HQS1',
          primary: 'hqs8',
          backup: 'hqs1',
          datasets: [
            { name: 'tank/x', backup_dataset: 'vault/x' },
            { name: 'tank/y:z', backup_dataset: 'vault/y' },
          ],
        },
      ],
    })
    expect(yaml([])).toContain('# - { name: "tank/my data"')
  })
  test('what is watched already is marked and commented', () => {
    expect(yaml(configured)).toContain('watched already as a-b.x\n      # - { name: tank/x')
    expect(parse(yaml(configured)).pairs[0].datasets).toEqual([{ name: 'tank/y:z', backup_dataset: 'vault/y' }])
  })
  test('nothing new: nothing that could be pasted', () => {
    const { mappings } = match(listing('a', { 'tank/x': '1' }), listing('bb', { 'vault/x': '1' }), configured)
    expect(parse(discoveredYaml({ primary: 'hqs8', backup: 'hqs1', mappings }))).toBeNull()
    expect(discoveredYaml({ primary: 'hqs8', backup: 'hqs1', mappings: [] })).toStartWith('# Nothing')
  })
})
