import { describe, expect, test } from 'bun:test'
import type { Peer } from '#lib/runtime/actor.ts'
import { clientAddress, isWithin, networkOf } from './networks.ts'

const TRUSTED = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8']

test.each([
  [TRUSTED, '10.0.0.7', '1.2.3.4', '1.2.3.4'],
  [TRUSTED, '10.0.0.7', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
  [TRUSTED, '10.0.0.7', '6.6.6.6, 1.2.3.4, 10.9.9.9, 127.0.0.1', '1.2.3.4'],
  [TRUSTED, '10.0.0.7', '[2001:db8::1]:5000', '2001:db8::1'],
  [TRUSTED, '10.0.0.7', '1.2.3.4:5000', '1.2.3.4'],
  [TRUSTED, '10.0.0.7', '::ffff:1.2.3.4', '1.2.3.4'],
  [TRUSTED, '10.0.0.7', 'unknown', '10.0.0.7'],
  [TRUSTED, '10.0.0.7', '6.6.6.6, junk, 10.1.1.1', '10.1.1.1'],
  [TRUSTED, '10.0.0.7', '', '10.0.0.7'],
  [TRUSTED, '10.0.0.7', '10.1.1.1, 10.2.2.2', '10.1.1.1'],
  [TRUSTED, '8.8.8.8', '1.2.3.4', '8.8.8.8'],
  [[], '127.0.0.1', '1.2.3.4', '127.0.0.1'],
] as const)('whose request it is, trusting %p, from %s saying %p: %s', (trusted, address, said, found) => {
  const request = new Request('http://x/', { headers: said === '' ? {} : { 'x-forwarded-for': said } })
  expect(clientAddress(request, { kind: 'remote', address }, trusted)).toBe(found)
})

describe('an address is within', () => {
  test.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['127.0.0.1', true],
    ['127.0.0.2', false],
    ['fdff::1', true],
    ['fe80::1', false],
    ['not an address', false],
    [null, false],
  ])('%p: %p', (address, within) => expect(isWithin(address, TRUSTED)).toBe(within))
})

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['::FFFF:0a01:0203', '10.1.2.3'],
  ['0:0:0:0:0:ffff:a01:203', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unknown', 'none'],
  ['', 'none'],
  [null, 'none'],
])('%p is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

const PROXIES = ['10.0.0.0/8', '127.0.0.1']

test.each([
  ['not from a proxy of ours: nobody may say who he is', '192.168.1.5', '127.0.0.1', '192.168.1.5'],
  ['our proxy says whom it serves', '10.0.0.2', '192.168.1.5', '192.168.1.5'],
  ['what stands left of that was sent by the client', '10.0.0.2', '127.0.0.1, 192.168.1.5', '192.168.1.5'],
  ['two proxies of ours in a row', '10.0.0.2', '192.168.1.5, 10.0.0.3', '192.168.1.5'],
  ['nothing but proxies of ours', '10.0.0.2', '10.0.0.3', '10.0.0.3'],
  ['no address at all', '10.0.0.2', 'unknown', '10.0.0.2'],
  ['no header', '10.0.0.2', '', '10.0.0.2'],
  ['with a port, and as IPv6', '10.0.0.2', '[2001:db8::1]:5000', '2001:db8::1'],
  ['IPv4 within IPv6', '10.0.0.2', '::ffff:192.168.1.5', '192.168.1.5'],
])('X-Forwarded-For: %s', (_, from, forwarded, client) => {
  const peer: Peer = { kind: 'remote', address: from }
  const request = new Request('http://witness/', { headers: forwarded === '' ? {} : { 'x-forwarded-for': forwarded } })
  expect(clientAddress(request, peer, PROXIES)).toBe(client)
  expect(clientAddress(request, peer, [])).toBe(from)
})
