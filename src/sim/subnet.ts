import type { Node } from './node.ts'
import type { Port } from './port.ts'

/** The networks of a world's n-th link or switch: 10.0.n.0/24 (10.1.0.0/24 after the 255th) and fd00:n::/64. */
export class Subnet {
  private readonly v4: string
  private readonly v6: string

  constructor(number: number) {
    this.v4 = `10.${number >> 8}.${number & 255}`
    this.v6 = `fd00:${number.toString(16)}:`
  }

  /** Of the k-th in it: 10.0.n.k or fd00:n::k; in IPv6 the numbers are hexadecimal. */
  address(version: 4 | 6, k: number): string {
    return version === 4 ? `${this.v4}.${k}` : `${this.v6}:${k.toString(16)}`
  }

  /** The k-th's addresses of both families, with the lengths of the prefixes. */
  addresses(k: number): string[] {
    return [`${this.address(4, k)}/24`, `${this.address(6, k)}/64`]
  }

  /** Makes two nodes its first and second. */
  couple(nodes: readonly [Node, Node], ports: readonly [Port, Port]): void {
    for (const i of [0, 1] as const) {
      nodes[i].plug(ports[i], this.addresses(i + 1))
      if (!nodes[i].forwards && nodes[1 - i]?.forwards) this.lead(nodes[i], ports[i], 2 - i)
    }
  }

  /** Has a node send to the k-th what goes beyond. */
  lead(node: Node, port: Port, k: number): void {
    node.route('0.0.0.0/0', port, this.address(4, k))
    node.route('::/0', port, this.address(6, k))
  }
}
