import { BlockList, isIP } from 'node:net'

/** Is the address one of these (`10.0.0.7`) or in one of these (`10.0.0.0/8`)? What is no address is in none. */
export function isWithin(address: string | null, networks: readonly string[]): boolean {
  const kind = address === null ? 0 : isIP(address)
  if (address === null || kind === 0) return false
  const list = new BlockList()
  for (const network of networks) {
    const [base = '', bits] = network.split('/')
    const family = isIP(base) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(base, family)
    else list.addSubnet(base, Number(bits), family)
  }
  return list.check(address, kind === 6 ? 'ipv6' : 'ipv4')
}
