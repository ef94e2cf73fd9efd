// Facts about Yjs documents and updates that Yjs has no function for.
import * as Y from 'yjs'

/** Sorted, joined ranges [client, clock, length]: one form for equal sets. */
export const normalised = ranges => {
  const out = []
  for (const [client, clock, length] of ranges.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = out[out.length - 1]
    if (length === 0) continue
    if (last && last[0] === client && last[1] + last[2] >= clock) last[2] = Math.max(last[2], clock + length - last[1])
    else out.push([client, clock, length])
  }
  return out
}

/** What an update brings, as sorted and joined ranges. */
export const rangesOf = update => {
  const { structs, ds } = Y.decodeUpdate(update)
  return {
    structs: normalised(structs.filter(s => !(s instanceof Y.Skip)).map(s => [s.id.client, s.id.clock, s.length])),
    deletes: deleteSetRanges(ds)
  }
}

export const deleteSetRanges = ds => normalised([...ds.clients].flatMap(([client, items]) => items.map(item => [client, item.clock, item.len])))

/** The runs [client, clock, length] of what a text shows, in its order. */
export const visibleRuns = text => {
  const runs = []
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue
    const last = runs[runs.length - 1]
    if (last && last[0] === item.id.client && last[1] + last[2] === item.id.clock) last[2] += item.length
    else runs.push([item.id.client, item.id.clock, item.length])
  }
  return runs
}

/** Joins runs as visibleRuns does: the other side may cut them elsewhere, at formats for instance. */
export const joinedRuns = runs => {
  const out = []
  for (const [client, clock, length] of runs) {
    const last = out[out.length - 1]
    if (last && last[0] === client && last[1] + last[2] === clock) last[2] += length
    else out.push([client, clock, length])
  }
  return out
}

/** What two lists of normalised ranges have in common. */
export const common = (a, b) => normalised(a.flatMap(([client, clock, length]) => b
  .filter(other => other[0] === client && other[1] < clock + length && clock < other[1] + other[2])
  .map(other => {
    const from = Math.max(clock, other[1])
    return [client, from, Math.min(clock + length, other[1] + other[2]) - from]
  })))

/** The names of the roots under which structs of these ranges stand; what is deleted or collected stands nowhere. */
export const rootsOf = (doc, ranges) => {
  const names = new Map([...doc.share].map(([name, type]) => [type, name]))
  const found = new Set()
  for (const [client, clock, length] of ranges) {
    for (const struct of doc.store.clients.get(client) ?? []) {
      if (struct.id.clock + struct.length <= clock || struct.id.clock >= clock + length) continue
      const name = names.get(liveRoot(struct))
      if (name !== undefined) found.add(name)
    }
  }
  return [...found].sort()
}

const liveRoot = struct => {
  let item = struct
  for (;;) {
    if (!(item instanceof Y.Item) || item.deleted) return null
    if (item.parent._item === null) return item.parent
    item = item.parent._item
  }
}
