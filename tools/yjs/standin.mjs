// Answers what peer/main.go answers, on real Yjs, so that the tests of this folder can be tested themselves.
//   node standin.mjs [BUG]    with a planted bug: see selftest.mjs
import * as Y from 'yjs'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { applySettled, base64, fromBase64, newReference, plainDelta, plainRoot, stateVector, sortedClocks } from './plain.mjs'
import { common, deleteSetRanges, normalised, rangesOf, visibleRuns } from './facts.mjs'

const bug = process.argv[2] ?? ''

const docs = new Map()

const open = (name, root) => {
  const doc = newReference({ guid: name })
  const entry = { doc, root, transactions: [], applied: 0 }
  doc.on('afterTransaction', transaction => { if (!transaction.local) entry.transactions.push(transaction) })
  docs.set(name, entry)
  return entry
}

const range = ([client, clock, len]) => ({ Client: client, Clock: clock, Len: len })
const bytes = update => ({ bytes: base64(update) })

const newStructs = (before, after) => Object.entries(after)
  .filter(([client, clock]) => clock > (before[client] ?? 0))
  .map(([client, clock]) => [Number(client), before[client] ?? 0, clock - (before[client] ?? 0)])

/** A delta from one text to another that takes everything away and puts it back: right, if not short. */
const replacement = (before, after) => [...(before > 0 ? [{ delete: before }] : []), ...plainDelta(after)]

const apply = (entry, update) => {
  const before = stateVector(entry.doc)
  const length = entry.root ? entry.doc.getText(entry.root).length : 0
  entry.transactions = []
  applySettled(entry.doc, update)
  const deleted = entry.transactions.flatMap(transaction => deleteSetRanges(transaction.deleteSet)).map(range)
  return {
    new: newStructs(before, stateVector(entry.doc)).map(range),
    deleted,
    delta: entry.root ? replacement(length, entry.doc.getText(entry.root)) : [],
    pending: entry.doc.store.pendingStructs !== null || entry.doc.store.pendingDs !== null
  }
}

const isMark = struct => struct.content instanceof Y.ContentFormat && struct.content.value !== null

const skips = (entry, update) => {
  switch (bug) {
    case 'lose-format': return Y.decodeUpdate(update).structs.some(isMark)
    case 'lose-delete': return Y.decodeUpdate(update).structs.length === 0
    case 'lose-pending': return entry.doc.store.pendingStructs !== null && ++entry.applied % 4 === 0
  }
  return false
}

const usedRoots = doc => [...doc.share].filter(([, type]) => type._start !== null || type._map.size > 0).map(([name]) => name)

const check = (entry, updates) => {
  const doc = newReference({ guid: 'check' })
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(entry.doc))
  const trial = { doc, transactions: [] }
  doc.on('afterTransaction', transaction => { if (!transaction.local) trial.transactions.push(transaction) })
  return updates.map(update => {
    const change = apply(trial, update)
    const deletes = common(rangesOf(update).deletes, normalised(change.deleted.map(({ Client, Clock, Len }) => [Client, Clock, Len])))
    if (bug === 'wrong-check') deletes.pop()
    return { new: change.new, deletes: deletes.map(range), roots: usedRoots(doc), pending: change.pending, noop: change.new.length + deletes.length === 0 }
  })
}

const edits = {
  insert: (doc, e) => doc.getText(e.root).insert(e.at, e.text, e.attributes),
  embed: (doc, e) => doc.getText(e.root).insertEmbed(e.at, e.embed, e.attributes),
  delete: (doc, e) => doc.getText(e.root).delete(e.at, e.len),
  format: (doc, e) => doc.getText(e.root).format(bug === 'wrong-edit' ? Math.max(0, e.at - 1) : e.at, e.len, e.attributes),
  apply: (doc, e) => doc.getText(e.root).applyDelta(e.delta),
  set: (doc, e) => doc.getMap(e.root).set(e.key, decoding.readAny(decoding.createDecoder(fromBase64(e.value)))),
  unset: (doc, e) => doc.getMap(e.root).delete(e.key)
}

const edit = (entry, request) => {
  let made = new Uint8Array([0, 0])
  const doc = newReference({ guid: 'edit' })
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(entry.doc))
  doc.clientID = request.client
  doc.once('update', update => { made = update })
  doc.transact(() => { for (const e of request.edits) edits[e.type](doc, e) })
  Y.applyUpdate(entry.doc, made)
  return bytes(made)
}

const position = ({ doc }, { root, index, assoc }) => {
  const made = Y.createRelativePositionFromTypeIndex(doc.getText(root), bug === 'wrong-position' ? 0 : index, assoc)
  return { ...bytes(Y.encodeRelativePosition(made)), json: Y.relativePositionToJSON(made) }
}

const resolve = ({ doc, root }, update) => {
  const found = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(update), doc, false)
  return { root, index: found?.index ?? 0, ok: found !== null }
}

const shorter = update => bug === 'wrong-encode' ? Y.diffUpdate(update, Y.encodeStateVectorFromUpdate(update)) : update

const handlers = {
  new: (_, r) => { open(r.doc, r.root); return {} },
  clone: (entry, r) => {
    if (bug === 'wrong-clone') docs.set(r.to, entry)
    else Y.applyUpdate(open(r.to, entry.root).doc, Y.encodeStateAsUpdate(entry.doc))
    return {}
  },
  drop: (_, r) => { for (const name of docs.keys()) if (name.startsWith(r.doc)) docs.delete(name); return {} },
  apply: (entry, r) => {
    const update = fromBase64(r.update)
    if (skips(entry, update)) return { new: [], deleted: [], delta: [], pending: false }
    const change = apply(entry, update)
    if (bug === 'wrong-delta') change.delta = change.delta.slice(0, 1)
    return change
  },
  check: (entry, r) => ({ value: check(entry, r.updates.map(fromBase64)) }),
  edit,
  encode: ({ doc }, r) => bytes(shorter(Y.encodeStateAsUpdate(doc, r.sv ? fromBase64(r.sv) : undefined))),
  sv: ({ doc }) => ({ sv: bug === 'wrong-vector' ? newestOnly(stateVector(doc)) : stateVector(doc) }),
  pending: ({ doc }) => ({ value: [doc.store.pendingStructs !== null, doc.store.pendingDs !== null] }),
  plain: ({ doc }, r) => ({ value: plainRoot(doc, r.root, r.kind) }),
  text: ({ doc }, r) => ({ len: doc.getText(r.root).length, string: doc.getText(r.root).toString(), delta: plainDelta(doc.getText(r.root)) }),
  runs: ({ doc }, r) => ({ value: visibleRuns(doc.getText(r.root)).map(run => range(bug === 'wrong-author' ? [1, run[1], run[2]] : run)) }),
  position,
  resolve: (entry, r) => resolve(entry, fromBase64(r.update)),
  merge: (_, r) => bytes(Y.mergeUpdates(r.updates.slice(bug === 'wrong-merge' ? 1 : 0).map(fromBase64))),
  diff: (_, r) => bytes(Y.diffUpdate(fromBase64(r.update), bug === 'wrong-diff' ? Y.encodeStateVectorFromUpdate(fromBase64(r.update)) : fromBase64(r.sv))),
  svOf: (_, r) => ({ sv: sortedClocks(Y.decodeStateVector(Y.encodeStateVectorFromUpdate(fromBase64(r.update)))) }),
  ranges: (_, r) => {
    const { structs, deletes } = rangesOf(fromBase64(r.update))
    return { structs: structs.map(range), deletes: deletes.map(range) }
  },
  readSync: (_, r) => {
    const decoder = decoding.createDecoder(fromBase64(r.update))
    return { kind: decoding.readVarUint(decoder), payload: base64(decoding.readVarUint8Array(decoder)) }
  },
  writeSync: (_, r) => bytes(encoding.encode(encoder => {
    encoding.writeVarUint(encoder, r.sync)
    encoding.writeVarUint8Array(encoder, fromBase64(r.update))
  })),
  readAwareness: (_, r) => {
    const decoder = decoding.createDecoder(fromBase64(r.update))
    return { value: Array.from({ length: decoding.readVarUint(decoder) }, () => ({ Client: decoding.readVarUint(decoder), Clock: decoding.readVarUint(decoder), State: JSON.parse(decoding.readVarString(decoder)) })) }
  },
  writeAwareness: (_, r) => bytes(encoding.encode(encoder => {
    encoding.writeVarUint(encoder, r.entries.length)
    for (const entry of r.entries) {
      encoding.writeVarUint(encoder, entry.Client)
      encoding.writeVarUint(encoder, entry.Clock)
      encoding.writeVarString(encoder, JSON.stringify(entry.State))
    }
  }))
}

const newestOnly = sv => Object.fromEntries(Object.entries(sv).slice(-1))

const answer = request => {
  try {
    return handlers[request.op](docs.get(request.doc), request)
  } catch (error) {
    return { error: error.stack }
  }
}

let received = Buffer.alloc(0)
process.stdin.on('data', chunk => {
  received = Buffer.concat([received, chunk])
  while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
    const end = 4 + received.readUInt32BE(0)
    const reply = Buffer.from(JSON.stringify(JSON.parse(received.toString('utf8', 4, end)).map(answer)))
    received = received.subarray(end)
    const size = Buffer.alloc(4)
    size.writeUInt32BE(reply.length)
    process.stdout.write(size)
    process.stdout.write(reply)
  }
})
