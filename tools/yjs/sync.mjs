// Syncs real Yjs documents with a document of internal/yjs through the messages of y-protocols, both ways, as two peers
// on a connection do: step 1, step 2, then updates; and awareness. Exit code 1 if anything is not as it should be.
//   node sync.mjs
import assert from 'node:assert/strict'
import * as Y from 'yjs'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as awareness from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import { base64, fromBase64, plainRoot, stateVector } from './plain.mjs'
import { Peer } from './process.mjs'

const [step1, step2, update] = [sync.messageYjsSyncStep1, sync.messageYjsSyncStep2, sync.messageYjsUpdate]
const peer = Peer.go()
const doc = 'report'

/** A Yjs client with the Go document at the other end of its connection. */
class Client {
  constructor (id) {
    this.doc = Object.assign(new Y.Doc({ guid: String(id) }), { clientID: id })
    this.doc.on('update', (bytes, origin) => { if (origin !== 'remote') this.unsent.push(bytes) })
    this.unsent = []
  }

  /** Gives a message to y-protocols, and returns what that answers. */
  receive (message) {
    return encoding.encode(encoder => sync.readSyncMessage(decoding.createDecoder(message), encoder, this.doc, 'remote'))
  }

  /** As on connecting: each tells what it has and is given what it lacks. */
  async connect () {
    this.unsent = []
    const fromGo = this.receive(await goStep1())
    assert.equal(await goReceives(fromGo), null)
    const answer = await goReceives(encoding.encode(encoder => sync.writeSyncStep1(encoder, this.doc)))
    assert.equal(this.receive(answer).length, 0)
  }

  /** Sends what was edited since. */
  async send () {
    for (const bytes of this.unsent.splice(0)) {
      assert.equal(await goReceives(encoding.encode(encoder => sync.writeUpdate(encoder, bytes))), null)
    }
  }
}

const goStep1 = async () => {
  const [{ bytes: sv }] = await peer.must({ op: 'svBytes', doc })
  const [{ bytes }] = await peer.must({ op: 'writeSync', sync: step1, update: sv })
  return fromBase64(bytes)
}

/** What a server does with a sync message; gives its answer, if it has one. */
const goReceives = async message => {
  const [{ kind, payload }] = await peer.must({ op: 'readSync', update: base64(message) })
  if (kind !== step1) {
    await peer.must({ op: 'apply', doc, update: payload })
    return null
  }
  const [{ bytes: missing }] = await peer.must({ op: 'encode', doc, sv: payload })
  const [{ bytes }] = await peer.must({ op: 'writeSync', sync: step2, update: missing })
  return fromBase64(bytes)
}

/** An edit made in Go, as the message that its peers get. */
const goEdits = async edits => {
  const [{ bytes: made }] = await peer.must({ op: 'edit', doc, client: 77, edits })
  const [{ bytes }] = await peer.must({ op: 'writeSync', sync: update, update: made })
  return fromBase64(bytes)
}

const agree = async (what, ...clients) => {
  const [{ value }, { sv }] = await peer.must({ op: 'plain', doc, root: 'body', kind: 'text' }, { op: 'sv', doc })
  for (const client of clients) {
    assert.deepEqual(value, plainRoot(client.doc, 'body', 'text'), what)
    assert.deepEqual(sv, stateVector(client.doc), what)
  }
  console.log(`ok: ${what}`)
}

const documents = async () => {
  await peer.must({ op: 'new', doc, root: 'body' })
  const [ada, ben] = [new Client(1), new Client(Number.MAX_SAFE_INTEGER)]
  await ada.connect()
  await agree('an empty document', ada)

  ada.doc.getText('body').insert(0, 'The mayor 😀 said so.\n')
  await ada.send()
  await agree('an update to Go', ada)

  ben.doc.getText('body').insert(0, 'Written offline. ')
  await ben.connect()
  await ada.connect()
  await agree('a client that wrote before it connected', ada, ben)

  ada.doc.getText('body').format(4, 9, { 'claim:1': true, cite: { id: 'c1', source: 's1' } })
  ben.doc.getText('body').delete(2, 5)
  ben.doc.getText('body').insertEmbed(3, { rule: true }, {})
  await ada.send()
  await ben.send()
  await ada.connect()
  await ben.connect()
  await agree('edits at the same time', ada, ben)

  const message = await goEdits([
    { type: 'insert', root: 'body', at: 0, text: 'Go: 漢字 ', attributes: { bold: true } },
    { type: 'format', root: 'body', at: 2, len: 6, attributes: { 'claim:2': true } }
  ])
  for (const client of [ada, ben]) assert.equal(client.receive(message).length, 0)
  await agree('an edit made in Go', ada, ben)
}

const presence = async () => {
  const states = new awareness.Awareness(Object.assign(new Y.Doc(), { clientID: 5 }))
  states.setLocalState({ user: { name: 'Ada 😀' }, cursor: { index: 3 } })
  const [{ value }] = await peer.must({ op: 'readAwareness', update: base64(awareness.encodeAwarenessUpdate(states, [5])) })
  assert.deepEqual(value.map(({ Client, State }) => [Client, State]), [[5, states.getLocalState()]])
  console.log('ok: awareness read in Go')

  const entries = [{ Client: 2 ** 53 - 1, Clock: 1, State: { user: { name: 'from Go' } } }, { Client: 9, Clock: 4, State: {} }]
  const [{ bytes }] = await peer.must({ op: 'writeAwareness', entries })
  awareness.applyAwarenessUpdate(states, fromBase64(bytes), 'remote')
  assert.deepEqual(states.getStates().get(2 ** 53 - 1), { user: { name: 'from Go' } })
  const [{ bytes: gone }] = await peer.must({ op: 'writeAwareness', entries: [{ Client: 9, Clock: 5, State: null }] })
  awareness.applyAwarenessUpdate(states, fromBase64(gone), 'remote')
  assert.equal(states.getStates().has(9), false)
  states.destroy()
  console.log('ok: awareness written in Go')
}

await documents()
await presence()
peer.close()
