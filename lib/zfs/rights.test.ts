import { describe, expect, test } from 'bun:test'
import { parseRights, rightsOf } from './rights.ts'

/** As OpenZFS 2.3.9 printed it for a dataset below the pool. */
const REAL = `---- Permissions on hqs1p1 -------------------------------------------
Local+Descendent permissions:
\tuser zfsadmin canmount,clone,create,hold,mount,promote,readonly,receive:append,rename
`
const MORE = `---- Permissions on tank/a -------------------------------------------
Permission sets:
\t@keep hold,release
Create time permissions:
\tdestroy
Local permissions:
\tuser zfsadmin send
\teveryone userused
Descendent permissions:
\tuser zfsadmin @keep,rename
\tgroup storage admins quota
${REAL}`

describe('rightsOf', () => {
  const rights = (text: string, user: string, dataset: string) => [...rightsOf(parseRights(text), user, dataset)].sort()

  test('of the recommended delegation, on the pool and below it', () => {
    const all = ['canmount', 'clone', 'create', 'hold', 'mount', 'promote', 'readonly', 'receive:append', 'rename']
    expect(rights(REAL, 'zfsadmin', 'hqs1p1')).toEqual(all)
    expect(rights(REAL, 'zfsadmin', 'hqs1p1/HQS8DAT1')).toEqual(all)
    expect(rights(REAL, 'nobody', 'hqs1p1')).toEqual([])
    expect(rights(REAL, 'zfsadmin', 'hqs1p10/x')).toEqual([])
  })

  test('local ones hold here, descendent ones below, sets are taken apart, create-time ones do not count', () => {
    expect(rights(MORE, 'zfsadmin', 'tank/a')).toEqual(['send', 'userused'])
    expect(rights(MORE, 'zfsadmin', 'tank/a/b')).toEqual(['hold', 'release', 'rename'])
  })

  test('a group is named but not counted', () => {
    expect(parseRights(MORE).find((grant) => grant.who.kind === 'group')?.who).toEqual({
      kind: 'group',
      name: 'storage admins',
    })
  })
})

test('nothing delegated', () => expect(parseRights('')).toEqual([]))
