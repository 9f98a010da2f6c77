import { expect, test } from 'bun:test'
import type { Peer } from '#lib/runtime/actor.ts'
import { clientAddress } from './client-address.ts'

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
