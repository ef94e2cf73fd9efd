// Yjs roots as plain JSON values, in the form of Doc.Plain in internal/yjs, so that the two can be compared.
import * as Y from 'yjs'

const special = n => Number.isNaN(n) ? 'NaN' : n === Infinity ? 'Infinity' : n === -Infinity ? '-Infinity' : Object.is(n, -0) ? '-0' : null

const mapValues = (object, convert) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, convert(value)]))

export const base64 = bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
export const fromBase64 = text => new Uint8Array(Buffer.from(text, 'base64'))

/** A value from an array, a map, an attribute or an embed. Lone surrogates read as they are written: U+FFFD. */
export const plainValue = value => {
  switch (typeof value) {
    case 'undefined': return { $undefined: true }
    case 'bigint': return { $bigint: String(value) }
    case 'string': return value.toWellFormed()
    case 'boolean': return value
    case 'number': return special(value) === null ? value : { $number: special(value) }
  }
  if (value === null) return null
  if (value instanceof Y.AbstractType) return plainType(value)
  if (value instanceof Y.Doc) return { $doc: value.guid }
  if (value instanceof Uint8Array) return { $bytes: base64(value) }
  if (Array.isArray(value)) return value.map(plainValue)
  return mapValues(value, plainValue)
}

/** A Quill delta of inserts in which adjacent texts of equal attributes are one. */
export const joined = ops => {
  const out = []
  for (const op of ops) {
    const last = out[out.length - 1]
    if (last && typeof last.insert === 'string' && typeof op.insert === 'string' && canonical(last.attributes ?? {}) === canonical(op.attributes ?? {})) {
      last.insert += op.insert
    } else {
      out.push({ ...op })
    }
  }
  return out
}

export const plainDelta = text => joined(text.toDelta()).map(({ insert, attributes }) => ({
  insert: plainValue(insert),
  ...(attributes && Object.keys(attributes).length > 0 ? { attributes: mapValues(attributes, plainValue) } : {})
}))

const plainMap = map => {
  const out = {}
  map.forEach((value, key) => { out[key] = plainValue(value) })
  return out
}

const plainType = type => {
  if (type instanceof Y.XmlText) return { delta: plainDelta(type), attrs: mapValues(type.getAttributes(), plainValue) }
  if (type instanceof Y.Text) return plainDelta(type)
  if (type instanceof Y.XmlHook) return { hook: type.hookName, attrs: plainMap(type) }
  if (type instanceof Y.Map) return plainMap(type)
  if (type instanceof Y.Array) return type.toArray().map(plainValue)
  if (type instanceof Y.XmlElement) {
    return { name: type.nodeName, attrs: mapValues(type.getAttributes(), plainValue), children: type.toArray().map(plainType) }
  }
  return type.toArray().map(plainType) // a fragment is its children
}

const getters = { text: 'getText', array: 'getArray', map: 'getMap', xml: 'getXmlFragment' }

/** @param {'text'|'array'|'map'|'xml'} kind */
export const rootOf = (doc, name, kind) => doc[getters[kind]](name)
export const plainRoot = (doc, name, kind) => plainType(rootOf(doc, name, kind))

/** JSON with sorted keys: equal values give equal strings. */
export const canonical = value => JSON.stringify(value, (_, v) =>
  v !== null && typeof v === 'object' && !Array.isArray(v)
    ? Object.fromEntries(Object.keys(v).sort().map(key => [key, v[key]]))
    : v)

/**
 * A real Yjs document that never cleans up formats of its own accord, as ours never does: its content is a function
 * of the set of updates. (Yjs cleans up after a remote change and thereby makes a change of its own.)
 */
export const newReference = (options = {}) => {
  const doc = new Y.Doc({ gc: true, guid: 'reference', ...options }) // a guid of its own would cost a random number
  doc.on('beforeTransaction', transaction => {
    Object.defineProperty(transaction, '_needFormattingCleanup', { get: () => false, set () {} })
  })
  doc.getText('body') // a root that becomes a text only after it was loaded takes its marks for plain text (Yjs's search markers)
  return doc
}

/**
 * Y.applyUpdate, and then again what waits, until that brings nothing more: Yjs notes for its waiting structs what
 * is missing only in part, and so lets some wait although all they need is there.
 */
export const applySettled = (doc, update) => {
  Y.applyUpdate(doc, update)
  for (let had = ''; doc.store.pendingStructs !== null;) {
    const has = JSON.stringify(stateVector(doc))
    if (has === had) return
    had = has
    const waiting = doc.store.pendingStructs.update
    doc.store.pendingStructs = null
    Y.applyUpdateV2(doc, waiting)
  }
}

/** {client: clock} with decimal keys, in ascending order of client. */
export const stateVector = doc => sortedClocks(Y.decodeStateVector(Y.encodeStateVector(doc)))
export const sortedClocks = map => Object.fromEntries([...map].filter(([, clock]) => clock > 0).sort(([a], [b]) => a - b))
