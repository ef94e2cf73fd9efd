// Measures internal/yjs and Yjs in turn, on the same data, in the same run, and prints a Markdown table.
//   node --expose-gc bench.mjs [--rounds N]     N measurements of each (default 5); medians are shown
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import * as Y from 'yjs'
import { build } from './process.mjs'
import { article, trace, unpacked } from './trace.mjs'

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
if (typeof globalThis.gc !== 'function') throw new Error('run with node --expose-gc')

const newDoc = () => new Y.Doc({ guid: 'bench' })

const read = paths => {
  const updates = unpacked(paths.updates)
  const state = new Uint8Array(readFileSync(paths.state))
  const vector = new Uint8Array(readFileSync(paths.vector))
  const loaded = () => {
    const doc = newDoc()
    Y.applyUpdate(doc, state)
    return doc
  }
  const applied = () => {
    const doc = newDoc()
    for (const update of updates) Y.applyUpdate(doc, update)
    return doc
  }
  return { updates, state, vector, loaded, applied }
}

const timed = (times, measured) => {
  globalThis.gc()
  const start = performance.now()
  for (let i = 0; i < times; i++) measured()
  return (performance.now() - start) / times
}

const heap = () => {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

const memory = (times, make) => {
  const docs = []
  const before = heap()
  for (let i = 0; i < times; i++) docs.push(make())
  const used = heap() - before
  return docs.length > 0 ? used / times : 0
}

const yjsTasks = {
  apply: (data, times) => timed(times, data.applied),
  // Yjs works out a text's delta when an observer asks for it.
  'apply reported': (data, times) => timed(times, () => {
    const doc = newDoc()
    doc.getText('body').observe(event => event.delta)
    for (const update of data.updates) Y.applyUpdate(doc, update)
  }),
  load: (data, times) => timed(times, data.loaded),
  encode: (data, times) => {
    const doc = data.loaded()
    return timed(times, () => Y.encodeStateAsUpdate(doc))
  },
  'encode since': (data, times) => {
    const doc = data.loaded()
    return timed(times, () => Y.encodeStateAsUpdate(doc, data.vector))
  },
  diff: (data, times) => timed(times, () => Y.diffUpdate(data.state, data.vector)),
  'memory loaded': (data, times) => memory(times, data.loaded),
  'memory applied': (data, times) => memory(times, data.applied)
}

/** What is measured: task, its words in the table, and how often in a row on the trace and on the article (0: not). */
const rows = [
  { task: 'apply', words: 'apply one by one', trace: 1, article: 5 },
  { task: 'apply reported', words: 'apply one by one, each with its delta', trace: 0, article: 1 },
  { task: 'load', words: 'load the merged state', trace: 5, article: 40 },
  { task: 'encode', words: 'encode', trace: 5, article: 40 },
  { task: 'encode since', words: 'encode since 90%', trace: 10, article: 80 },
  { task: 'diff', words: 'diff of the raw state at 90%', trace: 5, article: 40 },
  { task: 'memory loaded', words: 'memory, loaded', trace: 4, article: 40 },
  { task: 'memory applied', words: 'memory, applied one by one', trace: 1, article: 20 }
]
/** Too slow to be a comparison in Yjs, where a delta walks the whole text: Go alone. */
const goOnly = [{ task: 'apply reported', words: 'apply one by one, each with its delta', trace: 1 }]

const program = spawn(build('bench'), { stdio: ['pipe', 'pipe', 'inherit'] })
const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
const inGo = async (task, paths, times) => {
  program.stdin.write(JSON.stringify({ ...paths, name: task, times }) + '\n')
  const { value, done } = await lines.next()
  if (done) throw new Error('the Go program ended')
  return Number(value)
}

const median = list => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const show = (task, value) => task.startsWith('memory') ? `${(value / 1024).toFixed(0)} KiB` : `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`

const documents = { trace: trace(), article: article() }
const table = ['| document | measured | Yjs | Go | Go / Yjs |', '|---|---|--:|--:|--:|']
const goBytes = {}

for (const [name, paths] of Object.entries(documents)) {
  const data = read(paths)
  for (const { task, words, [name]: times } of rows) {
    if (!times) continue
    const yjs = []
    const go = []
    // One more than asked for, which is not counted: it warms both up.
    for (let i = 0; i <= Number(flags.rounds); i++) {
      const results = [yjsTasks[task](data, times), await inGo(task, paths, times)]
      if (i > 0) { yjs.push(results[0]); go.push(results[1]) }
    }
    table.push(`| ${name} | ${words} | ${show(task, median(yjs))} | ${show(task, median(go))} | ${(median(go) / median(yjs)).toFixed(2)} |`)
    if (task.startsWith('memory')) goBytes[`${name} ${task}`] = median(go)
    console.error(table.at(-1))
  }
  for (const { task, words, [name]: times } of goOnly) {
    if (times) table.push(`| ${name} | ${words} | – | ${show(task, await inGo(task, paths, times))} | – |`)
  }
}
program.stdin.end()

const traceDoc = newDoc()
Y.applyUpdate(traceDoc, new Uint8Array(readFileSync(documents.trace.state)))
const characters = traceDoc.getText('body').length
const edits = unpacked(documents.trace.updates).length
console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores; Node ${process.version}, yjs 13.6.33; medians of ${flags.rounds}, in turn\n`)
console.log(table.join('\n'))
console.log(`\nGo, of the trace: ${(goBytes['trace memory loaded'] / characters).toFixed(1)} KB per 1,000 characters (loaded), ${(goBytes['trace memory applied'] / edits).toFixed(1)} KB per 1,000 edits (applied one by one)`)
process.exit(0)
