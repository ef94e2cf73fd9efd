// Documents to measure with, made with real Yjs, the same each time, and kept in a cache directory.
//   node trace.mjs    makes them and says where they are
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as Y from 'yjs'
import { Random } from './random.mjs'

const version = 2 // of what is made here: raise it when that changes
const cache = process.env.COUNTERSIGN_YJS_CACHE ?? join(tmpdir(), 'countersign-yjs-cache')

const edits = 260_000
const sessions = 4 // each opens the document under a client id of its own, and goes on from there
const wanted = 100_000 // characters in the end
const articleLength = 10_000
const articleStructs = 5_000

const letters = 'etaoin shrdlu etaoin  cmfwypvbgk jqxz.,\n'

/** One writer at work: types on, jumps elsewhere, takes back, pastes now and then. */
const writeTrace = (log) => {
  const random = new Random('trace')
  let made = 0
  let state = null
  for (let session = 0; session < sessions; session++) {
    const doc = new Y.Doc({ guid: `session ${session}` })
    doc.clientID = 1_000_000_007 * (session + 1)
    if (state) Y.applyUpdate(doc, state, 'remote')
    doc.on('update', (update, origin) => { if (origin !== 'remote') log(update) })
    const text = doc.getText('body')
    let at = text.length
    let backspaces = 0
    for (const end = edits * (session + 1) / sessions; made < end; made++) {
      if (backspaces === 0 && random.chance(0.015)) at = random.int(text.length + 1)
      // People take back several characters at a time; the more there are too many, the more often.
      if (backspaces === 0 && random.chance(0.07 + 0.4 * (text.length / wanted - made / edits))) backspaces = random.range(1, 12)
      if (backspaces === 0 && random.chance(0.0005)) {
        const pasted = Array.from({ length: random.range(20, 120) }, () => letters[random.int(letters.length)]).join('')
        text.insert(at, pasted)
        at += pasted.length
      } else if (at > 0 && backspaces > 0) {
        backspaces--
        text.delete(--at, 1)
      } else {
        text.insert(at++, letters[random.int(letters.length)])
      }
    }
    state = Y.encodeStateAsUpdate(doc)
  }
}

/** Five people at one article: words here and there, marks over them, until it has its length and its structs. */
const writeArticle = (log) => {
  const random = new Random('article')
  const docs = Array.from({ length: 5 }, (_, i) => Object.assign(new Y.Doc({ guid: `author ${i}` }), { clientID: 2_000_000_011 + i * 77 }))
  for (const doc of docs) {
    doc.on('update', (update, origin) => {
      if (origin === 'remote') return
      log(update)
      for (const other of docs) if (other !== doc) Y.applyUpdate(other, update, 'remote')
    })
  }
  const structs = doc => [...doc.store.clients.values()].reduce((sum, list) => sum + list.length, 0)
  const word = n => Array.from({ length: n }, () => letters[random.int(letters.length)]).join('')
  while (structs(docs[0]) < articleStructs - 1 || docs[0].getText('body').length < articleLength - 20) {
    const text = random.pick(docs).getText('body')
    const spare = articleLength - text.length
    if (text.length > 200 && random.chance(0.35)) {
      const from = random.int(text.length - 60)
      text.format(from, random.range(3, 60), random.pick([{ bold: true }, { italic: true }, { [`claim:${random.int(300)}`]: true }, { link: 'https://example.org/' + random.int(50) }, { bold: null }]))
    } else if (spare < 20 || (text.length > 200 && random.chance(0.15))) {
      text.delete(random.int(text.length - 20), random.range(1, 12))
    } else {
      text.insert(random.int(text.length + 1), word(Math.min(spare, random.range(2, 24))), {})
    }
  }
  const text = docs[0].getText('body')
  text.insert(text.length, word(articleLength - text.length), {})
}

/** A file of updates, each with 4 bytes of big-endian length before it. */
const packed = updates => Buffer.concat(updates.flatMap(update => {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(update.length)
  return [size, update]
}))

export const unpacked = file => {
  const bytes = readFileSync(file)
  const updates = []
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt32BE(at)
    updates.push(new Uint8Array(bytes.subarray(at + 4, at + 4 + size)))
    at += 4 + size
  }
  return updates
}

/** The files of a document: its updates one by one, its state, and the state vector when 90% of the updates were there. */
const make = (name, write) => {
  const folder = join(cache, `${name}-${version}`)
  const paths = { name, updates: join(folder, 'updates'), state: join(folder, 'state'), vector: join(folder, 'vector') }
  if (!existsSync(folder)) {
    const updates = []
    write(update => updates.push(update))
    const doc = new Y.Doc({ guid: name })
    let vector
    updates.forEach((update, i) => {
      if (i === Math.floor(updates.length * 0.9)) vector = Y.encodeStateVector(doc)
      Y.applyUpdate(doc, update)
    })
    mkdirSync(folder + '.new', { recursive: true })
    for (const [file, bytes] of [['updates', packed(updates)], ['state', Y.encodeStateAsUpdate(doc)], ['vector', vector]]) writeFileSync(join(folder + '.new', file), bytes)
    renameSync(folder + '.new', folder)
  }
  return paths
}

export const trace = () => make('trace', writeTrace)
export const article = () => make('article', writeArticle)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, updates, state } of [trace(), article()]) {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, readFileSync(state))
    const structs = [...doc.store.clients.values()].reduce((sum, list) => sum + list.length, 0)
    console.log(`${name}: ${unpacked(updates).length} updates, ${doc.getText('body').length} characters, ${structs} structs, ${readFileSync(state).length} bytes of state; ${updates}`)
  }
}
