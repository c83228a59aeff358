import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

const refusals = { none: 'no address', private: 'private address', http: 'http to a public address' } as const

/** Why an address may not be called. */
export type Refusal = (typeof refusals)[keyof typeof refusals]

/** Whether an attempt failed for what SLUICE_WEBHOOK_NETWORKS does not allow. */
export function isRefusedNetwork(error: string | null): boolean {
  return error === refusals.private || error === refusals.http
}

/** All that is given out of IPv6; what lies beyond is reserved, or stands for IPv4 addresses. */
const globalUnicast = ipaddr.parseCIDR('2000::/3')

/** Networks of one's own that may be called all the same. */
export class Networks {
  readonly #ranges: [Address, number][]

  /**
   * @param texts networks such as 10.0.0.0/8, or single addresses
   * @throws Error that names what is none
   */
  constructor(texts: readonly string[]) {
    this.#ranges = texts.map((text) => {
      try {
        if (text.includes('/')) return ipaddr.parseCIDR(text)
        const address = ipaddr.process(text)
        return [address, address.kind() === 'ipv4' ? 32 : 128]
      } catch {
        throw new Error(`${JSON.stringify(text)} is no network such as 10.0.0.0/8`)
      }
    })
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  /** Whether an address, as text, lies in one of them. */
  includes(text: string): boolean {
    const address = ipaddr.process(text)
    return this.#ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
  }

  /**
   * Why an address may not be called; undefined: it may. Public addresses may by https, those
   * of an allowed network also by http. Whatever is neither (loopback, private and link-local
   * networks, tunnels into them) may not.
   */
  refusal(text: string, protocol: string): Refusal | undefined {
    if (!ipaddr.isValid(text)) return refusals.none
    if (this.includes(text)) return undefined
    // A mapped IPv4 address is what it maps to.
    const address = ipaddr.process(text)
    if (address.range() !== 'unicast') return refusals.private
    if (address.kind() === 'ipv6' && !address.match(globalUnicast)) return refusals.private
    return protocol === 'https:' ? undefined : refusals.http
  }
}
