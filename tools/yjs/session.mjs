// Random sessions of real Yjs clients: what internal/yjs is compared with.
import * as Y from 'yjs'
import { rootOf } from './plain.mjs'

/** The roots that each profile edits, with their kinds. */
export const profiles = {
  text: { body: 'text' },
  map: { map: 'map' },
  array: { array: 'array' },
  xml: { xml: 'xml' },
  mixed: { body: 'text', map: 'map', array: 'array', xml: 'xml' }
}

const words = ['a', 'x', 'the ', 'claim', 'source ', '\n', '.', '😀', '👩‍👩‍👧', '𝒳', 'é', 'ß', '漢字', 'かな', '한글', '1234567890', 'عربى', 'e\u0301', ' ']
const keys = ['a', 'b', 'title', 'ключ', '鍵', '😀', '']
/** A change of marks: null takes one away. */
export const changeFor = random => random.pick([
  { bold: true }, { bold: null }, { italic: true }, { italic: null }, { strike: true },
  { link: random.pick(['https://example.org/a', 'mailto:desk@example.org', null]) },
  { header: random.pick([1, 2, 3, null]) },
  { [`claim:${random.int(4)}`]: random.pick([true, true, null]) },
  { [`comment:${random.int(3)}`]: random.pick([true, null]) },
  { cite: random.pick([{ id: 'c1', source: 's1' }, { id: 'c2', source: 's1' }, { id: 'c1', source: 's2' }, null]) },
  { bold: true, italic: true }, { bold: null, [`claim:${random.int(4)}`]: true }
])
/** Attributes as an insert gives them: no nulls. */
export const attributesFor = random => Object.fromEntries(Object.entries(changeFor(random)).filter(([, value]) => value !== null))

export const embedFor = random => random.pick([{ image: 'https://example.org/a.png' }, { rule: true }, { formula: { tex: 'x^2', size: random.int(9) } }])

export const randomWord = random => random.pick(words)

export const anyValue = (random, depth = 0) => {
  const kind = random.weighted({ simple: 8, number: 6, text: 4, bytes: 1, list: depth < 3 ? 2 : 0, object: depth < 3 ? 2 : 0, undefined: depth > 0 ? 1 : 0, bigint: depth > 0 ? 1 : 0 })
  switch (kind) {
    case 'simple': return random.pick([null, true, false, 0, 1, -1])
    case 'number': return random.pick([-0, 63, 64, -64, 127, 128, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1), 0.5, 1.1, -1e300, 5e-324, 1e21, NaN, Infinity, -Infinity, random.int(1e6)])
    case 'text': return random.pick(words) + random.pick(words)
    case 'bytes': return new Uint8Array(Array.from({ length: random.int(5) }, () => random.int(256)))
    case 'list': return Array.from({ length: random.int(4) }, () => anyValue(random, depth + 1))
    case 'object': return Object.fromEntries(Array.from({ length: random.int(4) }, () => [random.pick(keys), anyValue(random, depth + 1)]))
    case 'undefined': return undefined
    case 'bigint': return random.pick([0n, 1n, -1n, 2n ** 62n, -(2n ** 63n), 2n ** 63n - 1n])
  }
}

const newType = (random, inXML) => {
  if (inXML) {
    return random.weighted({ element: 5, text: 4, hook: 1 }) === 'element'
      ? new Y.XmlElement(random.pick(['p', 'h1', 'ul', 'li', 'б']))
      : random.chance(0.15) ? new Y.XmlHook('hook') : new Y.XmlText(random.pick(words))
  }
  switch (random.int(6)) {
    case 0: return new Y.Text(random.pick(words))
    case 1: return new Y.Map([[random.pick(keys), 1]])
    case 2: return Y.Array.from([1, 'two', null])
    case 3: return new Y.XmlElement('p')
    case 4: return new Y.XmlText(random.pick(words))
    default: return new Y.XmlFragment()
  }
}

const newValue = (random, nested) => nested && random.chance(0.35)
  ? (random.chance(0.08) ? new Y.Doc({ guid: `doc-${random.int(1e6)}` }) : newType(random, false))
  : anyValue(random)

/** A place in a text: mostly near where this client wrote last, so that runs of typing come about. */
const place = (text, random, length) => {
  const near = text._lastEdit ?? 0
  return random.chance(0.6) ? Math.min(near, length) : random.int(length + 1)
}

const textEdits = {
  type (text, random) {
    const at = place(text, random, text.length)
    const word = random.pick(words)
    text.insert(at, word)
    text._lastEdit = at + word.length
  },
  typeMarked (text, random) {
    const at = place(text, random, text.length)
    const word = random.pick(words)
    text.insert(at, word, random.chance(0.3) ? {} : attributesFor(random))
    text._lastEdit = at + word.length
  },
  embed (text, random) {
    text.insertEmbed(random.int(text.length + 1), embedFor(random), random.chance(0.5) ? attributesFor(random) : {})
  },
  nest (text, random) {
    text.insertEmbed(random.int(text.length + 1), newType(random, false), random.chance(0.3) ? attributesFor(random) : {})
  },
  attribute (text, random) {
    random.chance(0.8) ? text.setAttribute(random.pick(keys), anyValue(random)) : text.removeAttribute(random.pick(keys))
  },
  delete (text, random) {
    if (text.length === 0) return
    const at = random.int(text.length)
    text.delete(at, Math.min(random.range(1, random.chance(0.1) ? 40 : 4), text.length - at))
    text._lastEdit = at
  },
  format (text, random) {
    if (text.length === 0) return
    const at = random.int(text.length)
    text.format(at, Math.min(random.range(1, 12), text.length - at), changeFor(random))
  },
  delta (text, random) {
    text.applyDelta(randomDelta(random, text.length))
  }
}

/** A delta over a text of the given length: retains, inserts and deletes. */
export const randomDelta = (random, length) => {
  const ops = []
  let left = length
  for (let i = random.range(1, 4); i > 0; i--) {
    const n = Math.min(left, random.range(1, 6))
    switch (random.int(4)) {
      case 0: if (n > 0) ops.push({ retain: n }); left -= n; break
      case 1: if (n > 0) ops.push({ retain: n, attributes: changeFor(random) }); left -= n; break
      case 2: if (n > 0) ops.push({ delete: n }); left -= n; break
      case 3: ops.push({ insert: random.chance(0.2) ? embedFor(random) : random.pick(words), attributes: random.chance(0.5) ? attributesFor(random) : {} })
    }
  }
  return ops
}

const editText = (text, random, nested) => {
  const weights = { type: 40, typeMarked: 10, embed: 3, delete: 18, format: 18, delta: 4, nest: nested ? 4 : 0, attribute: nested ? 2 : 0 }
  textEdits[random.weighted(weights)](text, random)
}

const editMap = (map, random, nested) => {
  switch (random.weighted({ set: 12, delete: 4, clear: 1 })) {
    case 'set': map.set(random.pick(keys), random.chance(0.05) ? random.pick([undefined, 5n, -(2n ** 63n)]) : newValue(random, nested)); break
    case 'delete': map.delete(random.pick(keys)); break
    case 'clear': if (random.chance(0.3)) map.clear()
  }
}

const editList = (list, random, newItem) => {
  switch (random.weighted({ insert: 8, push: 3, delete: list.length > 0 ? 6 : 0 })) {
    case 'insert': list.insert(random.int(list.length + 1), Array.from({ length: random.range(1, 3) }, newItem)); break
    case 'push': list.push([newItem()]); break
    case 'delete': {
      const at = random.int(list.length)
      list.delete(at, Math.min(random.range(1, 3), list.length - at))
    }
  }
}

const editElement = (element, random) => {
  if (element instanceof Y.XmlElement && random.chance(0.35)) {
    random.chance(0.75) ? element.setAttribute(random.pick(keys), random.chance(0.7) ? random.pick(words) : anyValue(random)) : element.removeAttribute(random.pick(keys))
  } else {
    editList(element, random, () => newType(random, true))
  }
}

const edit = (type, random, nested) => {
  if (type instanceof Y.XmlHook) return editMap(type, random, false)
  if (type instanceof Y.XmlText) return random.chance(0.1) ? textEdits.attribute(type, random) : editText(type, random, false)
  if (type instanceof Y.Text) return editText(type, random, nested)
  if (type instanceof Y.Map) return editMap(type, random, nested)
  if (type instanceof Y.Array) return editList(type, random, () => newValue(random, nested))
  return editElement(type, random)
}

const childrenOf = type => {
  let values
  if (type instanceof Y.Text) values = type.toDelta().map(op => op.insert)
  else if (type instanceof Y.Map) values = [...type.values()]
  else values = type.toArray()
  return values.filter(value => value instanceof Y.AbstractType)
}

/** A type to edit: a root, or something nested in it. */
const target = (doc, random, roots) => {
  const name = random.pick(Object.keys(roots))
  let type = rootOf(doc, name, roots[name])
  for (;;) {
    const children = childrenOf(type)
    if (children.length === 0 || random.chance(0.35)) return type
    type = random.pick(children)
  }
}

export const clientId = random => random.pick([() => random.range(1, 120), () => random.next(), () => random.next(), () => Number.MAX_SAFE_INTEGER - random.int(1000), () => 2 ** 32 + random.next()])()

/**
 * Several real Yjs clients. `log` holds every update they made, in causal order: own edits, undo and redo, and the
 * clean-ups of formats that a client makes after a remote change.
 */
export class Session {
  constructor (random, profile, { clients = random.range(2, 5), gc = () => random.chance(0.7) } = {}) {
    this.random = random
    this.roots = profiles[profile]
    this.nested = profile === 'mixed'
    this.log = []
    const ids = new Set()
    while (ids.size < clients) ids.add(clientId(random))
    this.clients = [...ids].map(id => this.#newClient(id, gc()))
  }

  #newClient (id, gc) {
    const doc = new Y.Doc({ gc, guid: String(id) })
    doc.clientID = id
    const client = { doc, has: new Set(), undo: null }
    doc.on('update', (update, origin) => {
      if (origin === 'remote') return
      client.has.add(this.log.length)
      this.log.push(update)
    })
    const scope = Object.entries(this.roots).map(([name, kind]) => rootOf(doc, name, kind))
    // The capture timeout is by the clock: none or endless, so that a run can be repeated.
    client.undo = new Y.UndoManager(scope, { captureTimeout: this.random.chance(0.5) ? 0 : 1e9, trackedOrigins: new Set([null, 'edit']) })
    return client
  }

  #receive (client) {
    const missing = this.log.map((_, i) => i).filter(i => !client.has.has(i))
    let chosen = missing
    switch (this.random.weighted({ all: 8, some: 2, odd: 1 })) {
      case 'some': chosen = missing.slice(0, this.random.int(missing.length + 1)); break
      case 'odd': chosen = missing.filter(() => this.random.chance(0.7))
    }
    for (const i of chosen) {
      client.has.add(i)
      Y.applyUpdate(client.doc, this.log[i], 'remote')
    }
  }

  step () {
    const { random } = this
    const client = random.pick(this.clients)
    switch (random.weighted({ edit: 10, receive: 5, undo: 2, redo: 1, stop: 1 })) {
      case 'edit':
        client.doc.transact(() => {
          for (let i = random.range(1, 3); i > 0; i--) edit(target(client.doc, random, this.roots), random, this.nested)
        }, 'edit')
        break
      case 'receive': this.#receive(client); break
      case 'undo': client.undo.undo(); break
      case 'redo': client.undo.redo(); break
      case 'stop': client.undo.stopCapturing()
    }
  }

  destroy () {
    for (const client of this.clients) client.doc.destroy()
  }
}

/** Runs a session of that many steps and returns its updates in causal order. */
export const runSession = (random, profile, steps, options) => {
  const session = new Session(random, profile, options)
  for (let i = 0; i < steps; i++) session.step()
  session.destroy()
  return session
}
