/**
 * An IP address of either family as four 32-bit words. IPv4 is held in its IPv4-mapped form
 * `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2), so that one comparison and one hash serve both families.
 */
export class Address {
  w0: number
  w1: number
  w2: number
  w3: number

  constructor(w0 = 0, w1 = 0, w2 = 0, w3 = 0) {
    this.w0 = w0 >>> 0
    this.w1 = w1 >>> 0
    this.w2 = w2 >>> 0
    this.w3 = w3 >>> 0
  }

  get isV4(): boolean {
    return this.w2 === 0xffff && this.w1 === 0 && this.w0 === 0
  }

  equals(other: Address): boolean {
    return this.w3 === other.w3 && this.w2 === other.w2 && this.w1 === other.w1 && this.w0 === other.w0
  }

  /** Takes the value of `other`; for records that are filled again and again. */
  set(other: Address): void {
    this.w0 = other.w0
    this.w1 = other.w1
    this.w2 = other.w2
    this.w3 = other.w3
  }

  clone(): Address {
    return new Address(this.w0, this.w1, this.w2, this.w3)
  }
}
