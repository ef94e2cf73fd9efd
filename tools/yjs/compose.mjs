// A text as a list of UTF-16 units with attributes, to which the deltas of its changes are applied.
import { canonical, joined, plainValue } from './plain.mjs'

const changed = (attributes, change) => {
  const out = { ...attributes, ...change }
  for (const key of Object.keys(out)) if (out[key] === null) delete out[key]
  return out
}

export class Composed {
  units = []

  apply (delta) {
    const before = this.units
    const after = []
    let at = 0
    for (const op of delta) {
      if (op.insert !== undefined) {
        const values = typeof op.insert === 'string' ? op.insert.split('') : [op.insert]
        for (const value of values) after.push({ value, attributes: op.attributes ?? {} })
      } else if (op.delete !== undefined) {
        at += op.delete
      } else {
        for (const unit of before.slice(at, at + op.retain)) after.push({ value: unit.value, attributes: changed(unit.attributes, op.attributes) })
        at += op.retain
      }
      if (at > before.length) throw new Error(`the delta reaches ${at}, the text has ${before.length}: ${canonical(delta)}`)
    }
    this.units = after.concat(before.slice(at))
  }

  delta () {
    return joined(this.units.map(({ value, attributes }) => ({ insert: value, attributes })))
      .map(({ insert, attributes }) => ({ insert: plainValue(insert), ...(Object.keys(attributes).length > 0 ? { attributes } : {}) }))
  }
}
