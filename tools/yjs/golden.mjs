// Writes the golden vectors of internal/yjs with real Yjs: the same bytes each time.
//   node golden.mjs           writes them
//   node golden.mjs --check   compares what it would write with what is there; exit code 1 if they differ
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as Y from 'yjs'
import * as encoding from 'lib0/encoding'
import * as awareness from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import { applySettled, base64, newReference, plainRoot, plainValue, rootOf, stateVector } from './plain.mjs'
import { Random } from './random.mjs'
import { runSession } from './session.mjs'

const testdata = join(dirname(fileURLToPath(import.meta.url)), '../../internal/yjs/testdata')
const files = new Map()

/** JSON with one line for each member of a list or object at the top two levels: short, and diffs stay readable. */
const format = (value, depth = 0) => {
  const indent = '  '.repeat(depth + 1)
  const list = Array.isArray(value)
  if (depth > 2 || value === null || typeof value !== 'object' || Object.keys(value).length === 0) return JSON.stringify(value)
  const lines = Object.entries(value).map(([key, v]) => indent + (list ? '' : JSON.stringify(key) + ': ') + format(v, depth + 1))
  return (list ? '[' : '{') + '\n' + lines.join(',\n') + '\n' + '  '.repeat(depth) + (list ? ']' : '}')
}

const write = (path, value) => files.set(path, format(value) + '\n')

const reference = updates => {
  const doc = newReference({ guid: 'reference' })
  for (const update of updates) applySettled(doc, update)
  return doc
}

/** State vectors a peer might have on its way: nothing, a third, two thirds, everything. */
const stopsOf = updates => [0, 1, 2, 3]
  .map(third => Y.encodeStateVector(reference(updates.slice(0, Math.round(updates.length * third / 3)))))
  .filter((sv, i, all) => i === 0 || base64(sv) !== base64(all[i - 1]))

const positionsOf = (doc, roots) => Object.entries(roots).filter(([, kind]) => kind === 'text').flatMap(([name, kind]) => {
  const text = rootOf(doc, name, kind)
  const indexes = [...new Set([0, 1, Math.floor(text.length / 2), text.length - 1, text.length])].filter(i => i >= 0 && i <= text.length)
  return indexes.flatMap(index => [0, -1].map(assoc => {
    const position = Y.createRelativePositionFromTypeIndex(text, index, assoc)
    const absolute = Y.createAbsolutePositionFromRelativePosition(position, doc, false)
    return { root: name, index, assoc, bytes: base64(Y.encodeRelativePosition(position)), json: Y.relativePositionToJSON(position), resolved: absolute && absolute.index }
  }))
})

/** A vector: the updates in the order in which they arrive, and what real Yjs makes of them. */
const vector = (name, roots, updates) => {
  const doc = reference(updates)
  const merged = Y.mergeUpdates(updates)
  write(`golden/${name}.json`, {
    name,
    updates: updates.map(base64),
    expect: {
      sv: stateVector(doc),
      roots: Object.fromEntries(Object.entries(roots).map(([root, kind]) => [root, { kind, value: plainRoot(doc, root, kind) }])),
      encode: base64(Y.encodeStateAsUpdate(doc)),
      merged: base64(merged),
      diffs: stopsOf(updates).map(sv => ({ sv: base64(sv), update: base64(Y.diffUpdate(merged, sv)) })),
      pendingStructs: doc.store.pendingStructs !== null,
      pendingDs: doc.store.pendingDs !== null,
      positions: positionsOf(doc, roots)
    }
  })
}

/** One client of its own; `edit` makes one transaction. `updates` holds what it sent. */
const newClient = (id, options = {}) => {
  const doc = new Y.Doc({ guid: String(id), ...options })
  doc.clientID = id
  const updates = []
  doc.on('update', (update, origin) => { if (origin !== 'remote') updates.push(update) })
  return {
    doc,
    updates,
    edit (change) { doc.transact(() => change(doc)); return updates[updates.length - 1] },
    receive (...received) { for (const update of received) Y.applyUpdate(doc, update, 'remote') },
    state: () => Y.encodeStateAsUpdate(doc)
  }
}

/** The updates of one client after each of its edits. */
const alone = (id, options, ...edits) => {
  const client = newClient(id, options)
  for (const change of edits) client.edit(change)
  return client.updates
}

const integers = [0, 1, -1, 63, 64, -63, -64, -65, 127, 128, 8191, 8192, -8192, 2 ** 31 - 1, -(2 ** 31) + 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1]
const floats = [0.5, -0.5, 1.1, 3.4028234663852886e38, 1e-45, 1e300, -1e300, 5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity, -0]
const bigs = [0n, 1n, -1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]
const texts = ['', 'a', 'é', '漢字', '😀', '👩‍👩‍👧', '\u0000', 'line\nline', 'x'.repeat(200)]
const bytes = [new Uint8Array([]), new Uint8Array([0, 1, 127, 128, 255]), new Uint8Array(200).fill(7)]
const nested = [[], {}, [[[[]]]], [undefined, null, true, false], { a: { b: { c: [1, { d: undefined }] } } }, { ключ: '値', '': 0, '😀': -0 }]
const anyValues = [undefined, null, true, false, ...integers, ...floats, ...bigs, ...texts, ...bytes, ...nested]

const contents = () => {
  const any = { array: 'array', map: 'map' }
  vector('content-any-array', any, alone(1, {}, doc => {
    // Yjs wraps lists and objects as they are; what it refuses bare in an array (undefined, BigInt) goes in one.
    for (const value of anyValues) doc.getArray('array').push([value === undefined || typeof value === 'bigint' ? [value] : value])
  }))
  vector('content-any-map', any, alone(2, {}, ...anyValues.map((value, i) => doc => doc.getMap('map').set(`k${i}`, value))))
  vector('content-json', any, alone(3, {},
    doc => insertJSON(doc, [1, 'two', null, undefined, true, { a: [1.5, '漢字'] }, []]),
    doc => doc.getArray('array').insert(3, ['between']),
    doc => doc.getArray('array').delete(1, 1)))
  vector('content-string', { body: 'text' }, alone(4, {}, ...texts.map(text => doc => doc.getText('body').insert(doc.getText('body').length, text + '|'))))
  vector('content-embed', { body: 'text' }, alone(5, {},
    doc => doc.getText('body').insert(0, 'before after'),
    doc => doc.getText('body').insertEmbed(7, { image: 'https://example.org/a.png', size: [1, 2.5] }, {}),
    doc => doc.getText('body').insertEmbed(0, { rule: true }, { align: 'center' }),
    doc => doc.getText('body').insertEmbed(3, { cite: { id: 'c1', source: 's1' } }, { bold: true })))
  vector('content-format', { body: 'text' }, alone(6, {},
    doc => doc.getText('body').insert(0, 'The mayor said so.'),
    doc => doc.getText('body').format(4, 5, { bold: true, cite: { id: 'c1', source: 's1' } }),
    doc => doc.getText('body').format(6, 8, { 'claim:1': true, header: 2, link: 'https://example.org/?q=é' }),
    doc => doc.getText('body').format(0, 18, { bold: null })))
  vector('content-binary', any, alone(7, {}, doc => {
    for (const value of bytes) doc.getArray('array').push([value])
    doc.getMap('map').set('bytes', bytes[1])
  }))
  vector('content-document', any, alone(8, {}, doc => {
    doc.getArray('array').push([new Y.Doc({ guid: 'sub-1' }), new Y.Doc({ guid: 'sub-2', meta: { a: 1 }, autoLoad: true, gc: false })])
    doc.getMap('map').set('doc', new Y.Doc({ guid: 'sub-3' }))
  }))
  vector('content-deleted', { body: 'text', array: 'array' }, alone(9, {},
    doc => doc.getText('body').insert(0, 'abcdefghij'),
    doc => doc.getArray('array').insert(0, [1, 2, 3, 4]),
    doc => doc.getText('body').delete(2, 3),
    doc => doc.getArray('array').delete(1, 2),
    doc => doc.getText('body').insert(2, 'XY')))
}

/** Yjs 12 wrote arrays as ContentJSON; Yjs 13 still reads it. */
const insertJSON = (doc, values) => {
  doc.transact(transaction => {
    const id = Y.createID(doc.clientID, Y.getState(doc.store, doc.clientID))
    new Y.Item(id, null, null, null, null, doc.getArray('array'), null, new Y.ContentJSON(values)).integrate(transaction, 0)
  })
}

const types = () => {
  const made = {
    array: () => Y.Array.from([1, [2], 'three']),
    map: () => new Y.Map([['a', 1], ['b', { c: null }]]),
    text: () => new Y.Text('nested text'),
    element: () => new Y.XmlElement('p'),
    fragment: () => new Y.XmlFragment(),
    hook: () => new Y.XmlHook('hook'),
    xmltext: () => new Y.XmlText('xml text')
  }
  const roots = { array: 'array', map: 'map', xml: 'xml', body: 'text' }
  for (const [name, make] of Object.entries(made)) {
    vector(`type-${name}`, roots, alone(20, {},
      doc => doc.getArray('array').insert(0, ['before', make(), 'after']),
      doc => doc.getMap('map').set('type', make()),
      doc => { if (['element', 'hook', 'xmltext'].includes(name)) doc.getXmlFragment('xml').insert(0, [make()]) },
      doc => { doc.getText('body').insert(0, 'ab'); doc.getText('body').insertEmbed(1, make(), { bold: true }) },
      doc => changeInside(doc.getArray('array').get(1))))
  }
  vector('xml-tree', { xml: 'xml' }, alone(21, {},
    doc => doc.getXmlFragment('xml').insert(0, [new Y.XmlElement('article'), new Y.XmlElement('aside')]),
    doc => doc.getXmlFragment('xml').get(0).insert(0, [new Y.XmlElement('h1'), new Y.XmlText('under'), new Y.XmlElement('p')]),
    doc => { const h1 = doc.getXmlFragment('xml').get(0).get(0); h1.setAttribute('id', 'a'); h1.setAttribute('level', 1); h1.insert(0, [new Y.XmlText('Title')]) },
    doc => { const text = doc.getXmlFragment('xml').get(0).get(1); text.format(1, 3, { em: true }); text.setAttribute('lang', 'de') },
    doc => doc.getXmlFragment('xml').get(0).get(0).removeAttribute('id'),
    doc => doc.getXmlFragment('xml').get(0).delete(2, 1)))
}

const changeInside = type => {
  if (type instanceof Y.Text) type.insert(1, 'X', { em: true })
  else if (type instanceof Y.Map) type.set('later', true)
  else if (type instanceof Y.XmlElement) { type.setAttribute('class', 'lead'); type.insert(0, [new Y.XmlText('inner')]) } else if (type instanceof Y.XmlFragment) type.insert(0, [new Y.XmlElement('b')])
  else type.insert(1, ['later'])
}

/** Garbage, gaps, and what has to wait. */
const structure = () => {
  const roots = { array: 'array', map: 'map' }
  const collected = alone(30, { gc: true },
    doc => doc.getMap('map').set('a', new Y.Map([['b', new Y.Map([['c', new Y.Text('deep')]])]])),
    doc => doc.getMap('map').get('a').get('b').get('c').insert(2, '---'),
    doc => doc.getMap('map').set('a', 1),
    doc => doc.getArray('array').insert(0, [Y.Array.from([1, 2, new Y.Map()]), 'kept']),
    doc => doc.getArray('array').delete(0, 1),
    doc => doc.getArray('array').push(['last']))
  vector('gc-from-updates', roots, collected)
  vector('gc-from-state', roots, [Y.encodeStateAsUpdate(yjsWith({ gc: true }, collected))])
  vector('gc-then-updates', roots, [Y.encodeStateAsUpdate(yjsWith({ gc: true }, collected)), ...collected])
  vector('gc-off', roots, [Y.encodeStateAsUpdate(yjsWith({ gc: false }, collected))])

  const [u1, u2, u3, u4] = alone(31, {},
    doc => doc.getText('body').insert(0, 'one '),
    doc => doc.getText('body').insert(4, 'two '),
    doc => doc.getText('body').insert(8, 'three '),
    doc => doc.getText('body').delete(2, 8))
  const body = { body: 'text' }
  vector('skip', body, [Y.mergeUpdates([u1, u3])])
  vector('skip-filled', body, [Y.mergeUpdates([u1, u3]), u2])
  vector('skip-merged-filled', body, [Y.mergeUpdates([Y.mergeUpdates([u1, u3]), u2]), u4])
  vector('pending-structs', body, [u3, u2])
  vector('pending-structs-resolved', body, [u3, u2, u1])
  vector('pending-deletes', body, [u4])
  vector('pending-deletes-partly', body, [u4, u1])
  vector('pending-both', body, [u1, u4, u3])
  vector('pending-both-resolved', body, [u1, u4, u3, u2])
  vector('duplicates', body, [u1, u1, u2, u1, Y.mergeUpdates([u1, u2, u3]), u4, u4, u3])
  vector('empty', body, [new Uint8Array([0, 0])])
  waitingAcrossClients()
}

const yjsWith = (options, updates) => {
  const doc = new Y.Doc({ guid: 'loaded', ...options })
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

const waitingAcrossClients = () => {
  const a = newClient(41)
  const b = newClient(40)
  const c = newClient(42)
  const u1 = a.edit(doc => doc.getText('body').insert(0, 'a1'))
  b.receive(u1)
  const u2 = b.edit(doc => doc.getText('body').insert(1, 'b1'))
  c.receive(u1, u2)
  const u3 = c.edit(doc => { doc.getText('body').insert(2, 'c1'); doc.getText('body').delete(0, 1) })
  a.receive(u2, u3)
  const u4 = a.edit(doc => doc.getText('body').insert(4, 'a2'))
  vector('pending-across-clients', { body: 'text' }, [u4, u3, u2])
  vector('pending-across-clients-resolved', { body: 'text' }, [u4, u3, u2, u1])
}

/** Client ids of every size up to 2^53-1, writing at the same places. */
const bigClients = () => {
  const ids = [0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER]
  const clients = ids.map(id => newClient(id))
  const first = clients.map((client, i) => client.edit(doc => { doc.getText('body').insert(0, `<${i}>`); doc.getMap('map').set('who', i) }))
  for (const client of clients) client.receive(...first)
  const second = clients.map((client, i) => client.edit(doc => doc.getText('body').insert(3 * i + 1, `${i}`)))
  vector('client-ids', { body: 'text', map: 'map' }, [...first, ...second])
}

const deletes = () => {
  vector('nested-deletes', { array: 'array', map: 'map' }, alone(50, {},
    doc => doc.getArray('array').insert(0, [Y.Array.from([new Y.Map([['t', new Y.Text('lost')]]), 1]), Y.Array.from([new Y.Text('kept')])]),
    doc => doc.getArray('array').get(0).get(0).get('t').insert(2, 'xx'),
    doc => doc.getArray('array').get(0).get(0).delete('t'),
    doc => doc.getArray('array').delete(0, 1),
    doc => doc.getArray('array').get(0).get(0).delete(0, 2)))

  // One client deletes a type in which another writes meanwhile.
  const a = newClient(51)
  const b = newClient(52)
  const made = a.edit(doc => doc.getMap('map').set('t', new Y.Text('shared')))
  b.receive(made)
  const written = b.edit(doc => doc.getMap('map').get('t').insert(3, 'new'))
  const gone = a.edit(doc => doc.getMap('map').delete('t'))
  vector('written-in-deleted', { map: 'map' }, [made, gone, written])
  vector('deleted-while-written', { map: 'map' }, [made, written, gone])

  // Three clients set the same keys at once; the winner does not depend on the order.
  const rivals = [61, 62, 63].map(id => newClient(id))
  const set = rivals.map((client, i) => client.edit(doc => { doc.getMap('map').set('k', i); doc.getMap('map').set(`own${i}`, i); if (i === 1) doc.getMap('map').delete('k') }))
  vector('map-conflict', { map: 'map' }, set)
  vector('map-conflict-reversed', { map: 'map' }, set.toReversed())
}

const marks = () => {
  const [a, b, c] = [71, 72, 73].map(id => newClient(id))
  const text = a.edit(doc => doc.getText('body').insert(0, 'The council spent 4.2 million on the bridge.'))
  b.receive(text)
  c.receive(text)
  const at = (client, from, length, attributes) => client.edit(doc => doc.getText('body').format(from, length, attributes))
  const marked = [
    at(a, 4, 20, { 'claim:1': true }), at(b, 12, 24, { 'claim:2': true }), at(c, 0, 44, { bold: true }),
    at(a, 10, 4, { bold: null }), at(b, 14, 10, { cite: { id: 'c1', source: 's1' } }), at(c, 16, 12, { cite: { id: 'c2', source: 's2' } }),
    b.edit(doc => doc.getText('body').delete(12, 6)), c.edit(doc => doc.getText('body').insert(18, 'almost ', { italic: true })),
    a.edit(doc => doc.getText('body').insert(24, 'EUR ', {}))
  ]
  vector('marks-overlap', { body: 'text' }, [text, ...marked])
  vector('marks-overlap-reversed', { body: 'text' }, [text, ...marked.toReversed()])
}

/** Edits in the middle of a surrogate pair: Yjs puts U+FFFD in place of both halves. */
const emoji = () => {
  const cut = (name, change) => {
    const a = newClient(81)
    const b = newClient(82)
    const text = a.edit(doc => doc.getText('body').insert(0, 'x😀y'))
    b.receive(text)
    vector(`emoji-${name}`, { body: 'text' }, [text, b.edit(change)])
  }
  cut('insert', doc => doc.getText('body').insert(2, 'between'))
  cut('insert-then-delete', doc => { doc.getText('body').insert(2, 'z'); doc.getText('body').delete(2, 1) })
  cut('delete-first-half', doc => doc.getText('body').delete(1, 1))
  cut('delete-second-half', doc => doc.getText('body').delete(2, 1))
  cut('format', doc => doc.getText('body').format(0, 2, { bold: true }))
  cut('embed', doc => doc.getText('body').insertEmbed(2, { rule: true }, {}))
  cut('whole', doc => { doc.getText('body').format(1, 2, { bold: true }); doc.getText('body').insert(3, '👩‍👩‍👧') })
  vector('cjk', { body: 'text' }, alone(83, {},
    doc => doc.getText('body').insert(0, '漢字かな交じり文。'),
    doc => doc.getText('body').insert(4, '한글 ', { bold: true }),
    doc => doc.getText('body').delete(1, 2),
    doc => doc.getText('body').insert(0, '𠮷野家')))
}

/** Sessions of several clients with undo, as the differential fuzzer makes them. */
const sessions = () => {
  const session = (name, profile, seed, steps, options) => {
    const made = runSession(new Random('golden', seed), profile, steps, options)
    vector(name, made.roots, made.log)
    return made
  }
  for (const profile of ['text', 'map', 'array', 'xml', 'mixed']) {
    session(`session-${profile}`, profile, profile, 160)
    const small = session(`session-${profile}-small`, profile, `${profile}-small`, 40, { clients: 2, gc: () => false })
    const random = new Random('golden shuffled', profile)
    vector(`session-${profile}-shuffled`, small.roots, random.shuffled(small.log))
  }
  for (const seed of [1, 2, 3]) session(`order-${seed}`, 'text', `order-${seed}`, 70, { clients: 4 })
}

/** Values, messages and positions on their own: bytes and what they mean. */
const codecs = () => {
  const anyBytes = value => encoding.encode(encoder => encoding.writeAny(encoder, value))
  write('codecs/any.json', anyValues.map(value => ({ bytes: base64(anyBytes(value)), value: plainValue(value) })))

  const source = newClient(90)
  source.edit(doc => doc.getText('body').insert(0, 'hello'))
  const message = (kind, payload, writeMessage) => ({ kind, payload: base64(payload), bytes: base64(encoding.encode(writeMessage)) })
  write('codecs/sync.json', [
    message(0, Y.encodeStateVector(source.doc), encoder => sync.writeSyncStep1(encoder, source.doc)),
    message(0, new Uint8Array([0]), encoder => sync.writeSyncStep1(encoder, new Y.Doc({ guid: 'empty' }))),
    message(1, source.state(), encoder => sync.writeSyncStep2(encoder, source.doc)),
    message(2, source.updates[0], encoder => sync.writeUpdate(encoder, source.updates[0]))
  ])
  write('codecs/awareness.json', awarenessVectors())
  write('codecs/statevector.json', [
    {}, { 0: 1 }, { 1: 5, 2: 1 }, { 1: 2 ** 31 - 1, [2 ** 32]: 7, [Number.MAX_SAFE_INTEGER]: 127 }
  ].map(clocks => ({ clocks, bytes: base64(Y.encodeStateVector(new Map(Object.entries(clocks).map(([client, clock]) => [Number(client), clock])))) })))
}

const awarenessVectors = () => {
  const states = new awareness.Awareness(Object.assign(new Y.Doc({ guid: 'awareness' }), { clientID: 1 }))
  const ids = [1, 2 ** 32, Number.MAX_SAFE_INTEGER]
  const values = [{ user: { name: 'Ada 😀', color: '#1b6' }, cursor: null }, {}, null]
  ids.forEach((id, i) => {
    states.states.set(id, values[i])
    states.meta.set(id, { clock: [0, 1, 300][i], lastUpdated: 0 })
  })
  const encoded = clients => ({
    bytes: base64(awareness.encodeAwarenessUpdate(states, clients)),
    entries: clients.map(client => ({ client, clock: states.meta.get(client).clock, state: states.states.get(client) }))
  })
  const vectors = [encoded([]), encoded([1]), encoded(ids)]
  states.destroy()
  return vectors
}

for (const group of [contents, types, structure, bigClients, deletes, marks, emoji, sessions, codecs]) group()

const onDisk = () => ['golden', 'codecs'].flatMap(folder =>
  existsSync(join(testdata, folder)) ? readdirSync(join(testdata, folder)).map(name => `${folder}/${name}`) : [])

if (process.argv.includes('--check')) {
  const wrong = [...new Set([...files.keys(), ...onDisk()])].filter(path =>
    !files.has(path) || !existsSync(join(testdata, path)) || readFileSync(join(testdata, path), 'utf8') !== files.get(path))
  for (const path of wrong) console.error(`internal/yjs/testdata/${path} is not what real Yjs gives: run npm run golden in tools/yjs`)
  console.log(`${files.size} files, ${wrong.length} differ`)
  process.exit(wrong.length > 0 ? 1 : 0)
}
for (const folder of ['golden', 'codecs']) {
  rmSync(join(testdata, folder), { recursive: true, force: true })
  mkdirSync(join(testdata, folder), { recursive: true })
}
for (const [path, text] of files) writeFileSync(join(testdata, path), text)
console.log(`${files.size} files, ${[...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)} bytes`)
