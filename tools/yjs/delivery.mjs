// The ways in which the updates of a session reach a document.
import * as Y from 'yjs'
import { newReference } from './plain.mjs'

const groups = (list, random) => {
  const out = []
  for (let i = 0; i < list.length;) {
    const n = random.range(1, 5)
    out.push(list.slice(i, i + n))
    i += n
  }
  return out
}

const mergedGroups = (updates, random) => groups(updates, random).map(group => group.length > 1 ? Y.mergeUpdates(group) : group[0])

/**
 * Not the states of the clients themselves: an edit of Yjs that changes nothing (a mark that is there already) in the
 * middle of a surrogate pair puts U+FFFD into the client's own document, of which no update tells.
 */
const stateOf = (updates, gc) => {
  const doc = newReference({ gc })
  for (const update of updates) Y.applyUpdate(doc, update)
  return Y.encodeStateAsUpdate(doc)
}

/** Each takes a session and gives phases: after each phase the documents are compared. */
export const deliveries = {
  /** as they were made */
  causal: ({ log }) => [log],
  shuffled: ({ log }, random) => [random.shuffled(log)],
  duplicated: ({ log }, random) => [random.shuffled([...log, ...log.filter(() => random.chance(0.5))])],
  /** random groups joined by Y.mergeUpdates, with gaps between them */
  merged: ({ log }, random) => [mergedGroups(random.chance(0.3) ? log : random.shuffled(log), random)],
  /** some are withheld, and come when everything else has been there for a while */
  late: ({ log }, random) => {
    const withheld = new Set(log.filter(() => random.chance(0.2)))
    const rest = log.filter(update => !withheld.has(update))
    return [random.chance(0.5) ? rest : random.shuffled(rest), random.shuffled([...withheld])]
  },
  /** whole states, garbage collected and not, of documents that have all or a part, between single updates */
  states: ({ log }, random) => {
    const states = [log, random.shuffled(log), log.slice(0, random.int(log.length + 1)), log.filter(() => random.chance(0.7))].map(some => stateOf(some, random.chance(0.7)))
    return [random.shuffled([...states, ...log.filter(() => random.chance(0.3))])]
  }
}
