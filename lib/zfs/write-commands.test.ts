import { describe, expect, test } from 'bun:test'
import { guarded, guardOf, receive } from './write-commands.ts'

const NONE = new Map<string, string>()
const DELEGATED = new Set(['receive:append', 'create', 'mount', 'rename', 'readonly', 'canmount', 'userprop'])
const words = (guard: ReturnType<typeof guardOf>, over: object = {}) =>
  receive(['zfs'], { dataset: 'b/x', readonlyOn: false, guard, ...over }).join(' ')

describe('what a stream may not bring', () => {
  test('as root: all that acts on the host', () => {
    expect(words(guardOf('filesystem', 'all', NONE), { readonlyOn: true })).toBe(
      'zfs receive -s -u -o readonly=on -x mountpoint -x canmount -x overlay -x sharenfs -x sharesmb -x setuid -x exec -x devices -x snapdev -x volmode -x reservation -x refreservation b/x',
    )
  })

  test('of a volume only what a volume has', () => {
    expect(words(guardOf('volume', 'all', NONE))).toBe(
      'zfs receive -s -u -x readonly -x snapdev -x volmode -x reservation -x refreservation b/x',
    )
  })

  test('as a login with rights: what it may set, for ZFS refuses it everything else', () => {
    expect(words(guardOf('filesystem', DELEGATED, NONE))).toBe('zfs receive -s -u -x canmount -x readonly b/x')
    expect(words(guardOf('filesystem', new Set(['receive:append']), NONE))).toBe('zfs receive -s -u b/x')
  })

  test('where the rights are not known, one too many is only a warning', () => {
    expect(guardOf('filesystem', null, NONE).refuse).toEqual(guarded('filesystem'))
  })

  test('what the backup has of its own stays: the first stream with properties would delete it', () => {
    const own = new Map([
      ['canmount', 'noauto'],
      ['readonly', 'on'],
      ['mountpoint', '/mine'],
      ['reservation', '1000'],
    ])
    expect(words(guardOf('filesystem', DELEGATED, own))).toBe('zfs receive -s -u -o canmount=noauto -o readonly=on b/x')
    const { keep, refuse } = guardOf('filesystem', 'all', own)
    expect(keep).toEqual({ mountpoint: '/mine', canmount: 'noauto', readonly: 'on' })
    // To set it anew may fail for want of space.
    expect(refuse).toContain('reservation')
  })

  test('a value that no command can carry is left to ZFS', () => {
    const { keep, refuse } = guardOf('filesystem', 'all', new Map([['mountpoint', '/a!b']]))
    expect(keep).toEqual({})
    expect(refuse).toContain('mountpoint')
  })

  test('ZFS takes no property twice: what the receive sets itself is neither kept nor refused', () => {
    const guard = guardOf('filesystem', DELEGATED, new Map([['canmount', 'on']]))
    expect(words(guard, { readonlyOn: true, properties: { canmount: 'noauto' } })).toBe(
      'zfs receive -s -u -o readonly=on -o canmount=noauto b/x',
    )
  })
})
