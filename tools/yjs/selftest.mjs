// Proves that the fuzzer can fail: on real Yjs in place of the Go peer it finds nothing, and with each planted bug it
// finds that.
//   node selftest.mjs
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bugs = ['lose-format', 'lose-delete', 'lose-pending', 'wrong-vector', 'wrong-author', 'wrong-delta', 'wrong-check', 'wrong-merge', 'wrong-diff', 'wrong-clone', 'wrong-edit', 'wrong-encode', 'wrong-position']

const fuzz = join(dirname(fileURLToPath(import.meta.url)), 'fuzz.mjs')
let wrong = 0
for (const bug of ['none', ...bugs]) {
  const { status, stdout } = spawnSync(process.execPath, [fuzz, '--standin', bug, '--rounds', bug === 'none' ? '3' : '40'], { encoding: 'utf8' })
  const found = status === 1
  if (found === (bug === 'none')) wrong++
  console.log(`${bug}: ${found ? 'found: ' + stdout.trim().split('\n').at(-1).trim().slice(0, 100) : 'nothing found'}`)
}
process.exit(wrong > 0 ? 1 : 0)
