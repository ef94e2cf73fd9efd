// The other side of a comparison: a process that answers frames (see peer/main.go).
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const patience = 30_000 // milliseconds for one frame; the peer hangs if it takes longer

/** Builds a Go program of this folder into a temporary directory, which goes when this process does. */
export const build = name => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-yjs-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const binary = join(folder, name)
  execFileSync('go', ['build', '-o', binary, `./${name}`], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] })
  return binary
}

export class Peer {
  #waiting = []
  #received = Buffer.alloc(0)
  #stderr = ''

  constructor (command, args = []) {
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.process.stdout.on('data', chunk => this.#read(chunk))
    this.process.stderr.on('data', chunk => { this.#stderr = (this.#stderr + chunk).slice(-20_000) })
    this.process.on('close', code => this.#end(new Error(`the peer ended with code ${code}: ${this.#stderr}`)))
    this.process.stdin.on('error', error => this.#end(error))
  }

  static go () {
    return new Peer(build('peer'))
  }

  /** A stand-in for the Go peer that runs on real Yjs, with a planted bug if one is named: proves that the tests can fail. */
  static stand (bug = '') {
    return new Peer(process.execPath, [join(here, 'standin.mjs'), bug])
  }

  /** @param {object[]} requests @returns {Promise<object[]>} as many replies; one that failed holds `error` or `panic` */
  ask (...requests) {
    const frame = Buffer.from(JSON.stringify(requests))
    const size = Buffer.alloc(4)
    size.writeUInt32BE(frame.length)
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended)
      const timer = setTimeout(() => { this.#end(new Error(`no answer in ${patience} ms`)); this.process.kill('SIGQUIT') }, patience)
      this.#waiting.push({ resolve, reject, timer })
      this.process.stdin.write(size)
      this.process.stdin.write(frame)
    })
  }

  /** As ask, but throws if a reply is an error. */
  async must (...requests) {
    const replies = await this.ask(...requests)
    replies.forEach((reply, i) => {
      if (reply.error || reply.panic) throw new Failure(requests[i], reply)
    })
    return replies
  }

  close () {
    this.process.stdin.end()
  }

  #read (chunk) {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk
    while (this.#received.length >= 4) {
      const size = this.#received.readUInt32BE(0)
      if (this.#received.length < 4 + size) return
      const { resolve, timer } = this.#waiting.shift()
      clearTimeout(timer)
      resolve(JSON.parse(this.#received.toString('utf8', 4, 4 + size)))
      this.#received = this.#received.subarray(4 + size)
    }
  }

  #end (error) {
    this.ended ??= error
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer)
      reject(this.ended)
    }
  }
}

export class Failure extends Error {
  constructor (request, reply) {
    super(`${request.op}: ${reply.error ?? 'panic: ' + reply.panic}`)
  }
}
