// A seeded source of random numbers (sfc32), so that every run can be repeated.

/** @param {string} text @returns {number[]} four 32-bit words (FNV-1a with four offsets) */
const hash = text => [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map(offset => {
  let h = offset
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
})

export class Random {
  /** @param {...(string|number)} seed anything; equal seeds give equal sequences */
  constructor (...seed) {
    [this.a, this.b, this.c, this.d] = hash(seed.join('/'))
    for (let i = 0; i < 12; i++) this.next()
  }

  /** @returns {number} 32 random bits */
  next () {
    const t = (this.a + this.b + this.d) | 0
    this.d = (this.d + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + t | 0
    return t >>> 0
  }

  /** @returns {number} a whole number in [0, n) */
  int (n) {
    return Math.floor(this.next() / 0x100000000 * n)
  }

  /** @returns {number} a whole number in [from, to] */
  range (from, to) {
    return from + this.int(to - from + 1)
  }

  chance (probability) {
    return this.next() / 0x100000000 < probability
  }

  pick (list) {
    return list[this.int(list.length)]
  }

  shuffled (list) {
    const out = list.slice()
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [out[i], out[j]] = [out[j], out[i]]
    }
    return out
  }

  /** Picks a key of `weights` as often as its weight says. */
  weighted (weights) {
    const keys = Object.keys(weights)
    let left = this.int(keys.reduce((sum, key) => sum + weights[key], 0))
    return keys.find(key => (left -= weights[key]) < 0)
  }
}
