// Random edits for both sides: made in a Yjs document, and described for the Go peer.
import * as encoding from 'lib0/encoding'
import { base64 } from './plain.mjs'
import { anyValue, attributesFor, changeFor, embedFor, randomDelta, randomWord } from './session.mjs'

const kinds = {
  insert: (text, random) => ({ at: random.int(text.length + 1), text: randomWord(random), attributes: random.chance(0.5) ? attributesFor(random) : {} }),
  embed: (text, random) => ({ at: random.int(text.length + 1), embed: embedFor(random), attributes: random.chance(0.5) ? attributesFor(random) : {} }),
  delete: (text, random) => span(text, random),
  format: (text, random) => ({ ...span(text, random), attributes: changeFor(random) }),
  apply: (text, random) => ({ delta: randomDelta(random, text.length) })
}

const span = (text, random) => {
  const at = random.int(text.length)
  return { at, len: Math.min(random.range(1, 12), text.length - at) }
}

const inYjs = {
  insert: (text, { at, text: inserted, attributes }) => text.insert(at, inserted, attributes),
  embed: (text, { at, embed, attributes }) => text.insertEmbed(at, embed, attributes),
  delete: (text, { at, len }) => text.delete(at, len),
  format: (text, { at, len, attributes }) => text.format(at, len, attributes),
  apply: (text, { delta }) => text.applyDelta(delta)
}

const editText = (doc, random) => {
  const text = doc.getText('body')
  const some = text.length > 0
  const type = random.weighted({ insert: 6, embed: 1, delete: some ? 4 : 0, format: some ? 4 : 0, apply: 2 })
  const edit = { type, root: 'body', ...kinds[type](text, random) }
  inYjs[type](text, edit)
  return edit
}

const editMap = (doc, random) => {
  const map = doc.getMap('map')
  const key = random.pick(['a', 'b', 'new', '😀', ''])
  if (random.chance(0.25)) {
    map.delete(key)
    return { type: 'unset', root: 'map', key }
  }
  const value = anyValue(random)
  map.set(key, value)
  return { type: 'set', root: 'map', key, value: base64(encoding.encode(encoder => encoding.writeAny(encoder, value))) }
}

/** Makes one transaction of a few edits of the roots body and map in doc, and returns them as the peer's `edits`. */
export const makeEdits = (doc, random) => {
  const edits = []
  doc.transact(() => {
    for (let i = random.range(1, 6); i > 0; i--) edits.push(random.chance(0.8) ? editText(doc, random) : editMap(doc, random))
  })
  return edits
}
