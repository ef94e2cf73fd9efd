// One round of the differential fuzzer: a session, its delivery, and every comparison.
import * as Y from 'yjs'
import { Composed } from './compose.mjs'
import { deliveries } from './delivery.mjs'
import { makeEdits } from './edits.mjs'
import { common, deleteSetRanges, joinedRuns, normalised, rangesOf, rootsOf, visibleRuns } from './facts.mjs'
import { applySettled, base64, canonical, fromBase64, newReference, plainRoot, sortedClocks, stateVector } from './plain.mjs'
import { Random } from './random.mjs'
import { clientId, runSession } from './session.mjs'

export class Mismatch extends Error {
  constructor (what, expected, actual) {
    super(`${what}\n  Yjs: ${shorten(expected)}\n  Go:  ${shorten(actual)}`)
  }
}

const shorten = text => text.length > 3000 ? text.slice(0, 3000) + ` … (${text.length})` : text

const same = (what, expected, actual) => {
  const [a, b] = [canonical(expected) ?? 'undefined', canonical(actual) ?? 'undefined']
  if (a !== b) throw new Mismatch(what, a, b)
}

const triples = ranges => (ranges ?? []).map(range => [range.Client, range.Clock, range.Len])
const plainRoots = (doc, roots) => Object.fromEntries(Object.entries(roots).map(([name, kind]) => [name, plainRoot(doc, name, kind)]))
const pendingOf = doc => [doc.store.pendingStructs !== null, doc.store.pendingDs !== null]

/** Of deleted ranges, what was there before: what comes in deleted is listed or not, as garbage collection goes. */
const existing = (ranges, before) => normalised(ranges.map(([client, clock, length]) =>
  [client, clock, Math.max(0, Math.min(clock + length, before[client] ?? 0) - clock)]))

/** A delta shows a nested type as it was when it came; what changes within is no change of the text. */
const withoutTypes = delta => delta.map(op => isEmbed(op.insert) ? op : { ...op, insert: 'a type' })
const isEmbed = insert => typeof insert === 'string' || 'image' in insert || 'rule' in insert || 'formula' in insert

const loaded = (updates, options) => {
  const doc = newReference(options)
  for (const update of updates) applySettled(doc, update)
  return doc
}

class Round {
  constructor (peer, { seed, profile, delivery, steps, name }) {
    this.peer = peer
    this.name = name
    this.delivery = delivery
    this.session = runSession(new Random(seed, profile, 'session'), profile, steps)
    this.roots = this.session.roots
    this.log = this.session.log
    this.random = new Random(seed, profile, delivery, 'delivery')
    this.doc = `${name}go`
    this.reference = newReference({ gc: this.random.chance(0.5) })
    this.reference.on('afterTransaction', transaction => { if (!transaction.local) this.transactions.push(transaction) })
    this.composed = new Composed()
    this.transactions = []
  }

  async play () {
    await this.peer.must({ op: 'new', doc: this.doc, root: 'body' })
    const phases = deliveries[this.delivery](this.session, this.random)
    for (let i = 0; i < phases.length; i++) {
      if (i === phases.length - 1) {
        await this.deliverWithClone(phases[i])
      } else {
        await this.deliver(phases[i])
      }
      await this.compare(`after phase ${i + 1} of ${phases.length}`)
    }
    this.compareYjsWithItself()
    // The cheap comparisons are made in every round, each of the others in every other one.
    for (const compare of ['compareEncodes', 'compareMerges', 'compareDiffs', 'comparePositions', 'compareEdits', 'exchange']) {
      if (this.random.chance(0.5)) await this[compare]()
    }
    await this.peer.ask({ op: 'drop', doc: this.name })
  }

  /** Gives messages to both documents, and compares what each changed. */
  async deliver (messages) {
    const requests = []
    // In causal order nothing waits: then a window may be checked ahead, each against those before it in flight.
    const window = this.delivery === 'causal' ? 4 : 1
    messages.forEach((update, i) => {
      if (i % window === 0) requests.push({ op: 'check', doc: this.doc, updates: messages.slice(i, i + window).map(base64) })
      requests.push({ op: 'apply', doc: this.doc, update: base64(update) })
    })
    const replies = await this.peer.must(...requests)
    const checks = replies.filter((_, i) => requests[i].op === 'check').flatMap(reply => reply.value)
    replies.filter((_, i) => requests[i].op === 'apply').forEach((change, i) => this.compareChange(messages[i], checks[i], change, i % window === 0))
  }

  compareChange (update, check, change, checkedAlone) {
    const waiting = pendingOf(this.reference).some(Boolean)
    const before = stateVector(this.reference)
    this.transactions = []
    applySettled(this.reference, update)
    const after = stateVector(this.reference)
    const isNew = normalised(Object.keys(after).map(client => [Number(client), before[client] ?? 0, after[client] - (before[client] ?? 0)]))
    const pending = pendingOf(this.reference).some(Boolean)
    const deletes = existing(this.transactions.flatMap(transaction => deleteSetRanges(transaction.deleteSet)), before)

    same('new ranges of Apply', isNew, normalised(triples(change.new)))
    same('deletes of Apply', deletes, existing(triples(change.deleted), before))
    same('pending of Apply', pending, change.pending)
    if (!waiting && !pending) this.compareCheck(check, checkedAlone, isNew, deletes, common(rangesOf(update).deletes, normalised(Object.entries(after).map(([client, clock]) => [Number(client), 0, clock]))), before)
    this.composed.apply(change.delta ?? [])
  }

  /**
   * Check tells the deletes that the update names, and what is nested in what it deletes; not what a map entry replaced.
   * Checked behind others in flight, it may name one that has followed from theirs.
   */
  compareCheck (check, checkedAlone, isNew, deletes, named, before) {
    const told = normalised(triples(check.deletes))
    same('new ranges of Check', isNew, normalised(triples(check.new)))
    same('pending of Check', false, check.pending)
    const expected = common(named, deletes)
    same('deletes of Check that are missing', expected, common(expected, told))
    if (checkedAlone) same('deletes of Check that do not happen', existing(told, before), common(existing(told, before), deletes))
    same('NoOp of Check', isNew.length + told.length === 0, check.noop)
    const touched = rootsOf(this.reference, isNew)
    same('roots of Check', touched, touched.filter(name => check.roots?.includes(name)))
    same('roots of Check that are not there', [], (check.roots ?? []).filter(name => !(name in this.roots)))
  }

  /** As deliver, with a clone taken on the way: it must stay as it was, and come to the same end with the rest. */
  async deliverWithClone (messages) {
    const cut = this.random.int(messages.length + 1)
    const clone = `${this.name}clone`
    await this.deliver(messages.slice(0, cut))
    const [, atOnce] = await this.peer.must({ op: 'clone', doc: this.doc, to: clone }, { op: 'encode', doc: clone })
    await this.deliver(messages.slice(cut))
    const [later] = await this.peer.must({ op: 'encode', doc: clone })
    same('a clone while the original goes on', atOnce.bytes, later.bytes)
    await this.peer.must(...messages.slice(cut).map(update => ({ op: 'apply', doc: clone, update: base64(update) })))
    await this.compareState('a clone with the rest', clone, this.reference)
  }

  async compare (when) {
    const doc = this.doc
    const [{ bytes }, text, runs] = await this.peer.must({ op: 'encode', doc }, { op: 'text', doc, root: 'body' }, { op: 'runs', doc, root: 'body' })
    await this.compareState(when, doc, this.reference)
    this.compareLoaded(`Encode ${when}, loaded in Yjs`, [fromBase64(bytes)], this.reference)
    if (this.roots.body) {
      const body = this.reference.getText('body')
      same(`length ${when}`, body.length, text.len)
      same(`text ${when}`, body.toString().toWellFormed(), text.string)
      same(`delta ${when}`, plainRoot(this.reference, 'body', 'text'), text.delta)
      same(`composed deltas ${when}`, withoutTypes(plainRoot(this.reference, 'body', 'text')), withoutTypes(this.composed.delta()))
      same(`authors ${when}`, joinedRuns(visibleRuns(body)), joinedRuns(triples(runs.value)))
    }
  }

  /** Content, state vector and what waits in a Go document against a Yjs document. */
  async compareState (when, doc, expected) {
    const names = Object.keys(this.roots)
    const [sv, pending, ...values] = await this.peer.must(
      { op: 'sv', doc }, { op: 'pending', doc }, ...names.map(root => ({ op: 'plain', doc, root, kind: this.roots[root] })))
    names.forEach((root, i) => same(`${root} ${when}`, plainRoot(expected, root, this.roots[root]), values[i].value))
    same(`state vector ${when}`, stateVector(expected), sv.sv ?? {})
    same(`pending ${when}`, pendingOf(expected), pending.value)
  }

  compareLoaded (what, updates, expected) {
    const doc = loaded(updates)
    same(what, plainRoots(expected, this.roots), plainRoots(doc, this.roots))
    same(`${what}: state vector`, stateVector(expected), stateVector(doc))
    same(`${what}: pending`, pendingOf(expected), pendingOf(doc))
  }

  /** If this fails, Yjs itself depends on the order of arrival, and the round says nothing about Go. */
  compareYjsWithItself () {
    same('Yjs in causal order against Yjs in this order (a matter of Yjs)', plainRoots(loaded(this.log), this.roots), plainRoots(this.reference, this.roots))
  }

  prefix () {
    return this.log.slice(0, this.random.int(this.log.length + 1))
  }

  async compareEncodes () {
    const prefix = this.prefix()
    const sv = Y.encodeStateVector(loaded(prefix))
    const [diff, everything] = await this.peer.must({ op: 'encode', doc: this.doc, sv: base64(sv) }, { op: 'encode', doc: this.doc })
    this.compareLoaded('Encode since a state vector, on what was there', [...prefix, fromBase64(diff.bytes)], this.reference)
    const again = `${this.name}again`
    await this.peer.must({ op: 'new', doc: again }, { op: 'apply', doc: again, update: everything.bytes })
    await this.compareState('Encode loaded in Go', again, this.reference)
  }

  /** Two parts of the log in random order, each of at least one update. */
  parts () {
    const empty = new Uint8Array([0, 0])
    const shuffled = this.random.shuffled(this.log)
    const cut = this.random.int(shuffled.length + 1)
    return [shuffled.slice(0, cut), shuffled.slice(cut)].map(part => part.length > 0 ? part : [empty])
  }

  async compareMerges () {
    const parts = this.parts()
    const theirs = parts.map(part => Y.mergeUpdates(part))
    const [first, second, vector, ranges] = await this.peer.must(...parts.map(part => ({ op: 'merge', updates: part.map(base64) })),
      { op: 'svOf', update: base64(theirs[0]) }, { op: 'ranges', update: base64(theirs[0]) })
    this.compareFacts('of Y.mergeUpdates', theirs[0], vector, ranges)
    this.compareLoaded('Merge of one part and then of the other, in Yjs', [fromBase64(first.bytes), fromBase64(second.bytes)], this.reference)
    const [both] = await this.peer.must({ op: 'merge', updates: [base64(theirs[0]), first.bytes, second.bytes] })
    this.compareLoaded('Merge of merges, in Yjs', [fromBase64(both.bytes)], this.reference)
  }

  async compareDiffs () {
    const [part, rest] = this.parts()
    const prefix = this.prefix()
    const there = loaded(prefix)
    const sv = base64(Y.encodeStateVector(there))
    const update = base64(Y.mergeUpdates(part))
    const [diff] = await this.peer.must({ op: 'diff', update, sv })
    this.compareLoaded('Diff, on what was there, then the rest', [...prefix, fromBase64(diff.bytes), ...rest], this.reference)
  }

  compareFacts (what, update, vector, ranges) {
    const expected = rangesOf(update)
    same(`StateVectorOf ${what}`, sortedClocks(Y.decodeStateVector(Y.encodeStateVectorFromUpdate(update))), vector.sv ?? {})
    same(`RangesOf ${what}: structs`, expected.structs, normalised(triples(ranges.structs)))
    same(`RangesOf ${what}: deletes`, expected.deletes, normalised(triples(ranges.deletes)))
  }

  async comparePositions () {
    if (!this.roots.body) return
    const text = this.reference.getText('body')
    for (const assoc of [0, -1]) {
      const index = this.random.int(text.length + 1)
      const expected = Y.createRelativePositionFromTypeIndex(text, index, assoc)
      const bytes = base64(Y.encodeRelativePosition(expected))
      const [made, resolved] = await this.peer.must({ op: 'position', doc: this.doc, root: 'body', index, assoc }, { op: 'resolve', doc: this.doc, update: bytes })
      same(`relative position of ${index}, assoc ${assoc}`, bytes, made.bytes)
      same(`relative position of ${index} as JSON`, Y.relativePositionToJSON(expected), made.json)
      const absolute = Y.createAbsolutePositionFromRelativePosition(expected, this.reference, false)
      same(`index of a relative position, assoc ${assoc}`, absolute ? { root: 'body', index: absolute.index, ok: true } : { ok: false }, resolved.ok ? resolved : { ok: false })
    }
  }

  /** Edits made in Go, read in Yjs; and the same edits made in Yjs by the same client. */
  async compareEdits () {
    const name = `${this.name}edited`
    const client = this.freeClient()
    const roots = { ...this.roots, body: 'text', map: 'map' }
    const state = Y.encodeStateAsUpdate(this.reference)
    const theirs = loaded([state])
    theirs.clientID = client
    let made = new Uint8Array([0, 0])
    theirs.once('update', update => { made = update })
    const edits = makeEdits(theirs, this.random)
    // As others read it: Yjs may cut a surrogate pair in its own document only (see delivery.mjs).
    const read = loaded([state, made])
    const [, { bytes }, ...values] = await this.peer.must({ op: 'clone', doc: this.doc, to: name }, { op: 'edit', doc: name, client, edits },
      ...Object.entries(roots).map(([root, kind]) => ({ op: 'plain', doc: name, root, kind })))
    const mine = loaded([state, fromBase64(bytes)])
    const about = JSON.stringify(edits)
    Object.entries(roots).forEach(([root, kind], i) => {
      same(`${root} after an edit in Go, read in Yjs; edits ${about}`, plainRoot(mine, root, kind), values[i].value)
      same(`${root} after an edit in Go, made in Yjs; edits ${about}`, plainRoot(read, root, kind), values[i].value)
    })
    same('pending after an edit in Go, read in Yjs', [false, false], pendingOf(mine))
  }

  freeClient () {
    for (;;) {
      const client = clientId(this.random)
      if (!this.reference.store.clients.has(client)) return client
    }
  }

  /** A Yjs client that cleans up formats takes everything in; what it thereupon writes goes to Go; now all agree. */
  async exchange () {
    const client = new Y.Doc({ gc: this.random.chance(0.5) })
    const cleaned = []
    client.on('update', (update, origin) => { if (origin !== 'remote') cleaned.push(update) })
    for (const update of this.random.shuffled(this.log)) Y.applyUpdate(client, update, 'remote')
    if (cleaned.length === 0) return
    await this.deliver(cleaned)
    await this.compareState('after an exchange with a client that cleans up', this.doc, client)
  }
}

/** Throws if anything differs. */
export const playRound = (peer, round) => new Round(peer, round).play()
