// Differential fuzzer: random sessions of real Yjs clients, delivered to a document of internal/yjs and compared.
//   node fuzz.mjs [--rounds N] [--budget SECONDS] [--seed N] [--profile P] [--delivery D] [--steps N] [--all] [--standin BUG]
// Rounds are per profile and delivery (default: until the budget ends, 60 s). A round's seed is --seed plus its number.
// --all goes on after a mismatch and counts; --standin tests the fuzzer on a stand-in with a planted bug ("none": without).
import { parseArgs } from 'node:util'
import { deliveries } from './delivery.mjs'
import { Peer } from './process.mjs'
import { Random } from './random.mjs'
import { playRound } from './round.mjs'
import { profiles } from './session.mjs'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string' },
    budget: { type: 'string' },
    seed: { type: 'string', default: '1' },
    profile: { type: 'string', default: 'all' },
    delivery: { type: 'string', default: 'all' },
    steps: { type: 'string' },
    all: { type: 'boolean', default: false },
    standin: { type: 'string' }
  }
})

const chosen = (flag, value, all) => {
  if (value === 'all') return all
  if (!all.includes(value)) throw new Error(`--${flag} is one of all, ${all.join(', ')}`)
  return [value]
}

const combinations = chosen('profile', flags.profile, Object.keys(profiles))
  .flatMap(profile => chosen('delivery', flags.delivery, Object.keys(deliveries)).map(delivery => ({ profile, delivery })))
const rounds = flags.rounds ? Number(flags.rounds) : Infinity
const deadline = flags.budget || !flags.rounds ? Date.now() + 1000 * Number(flags.budget ?? 60) : Infinity
const inFlight = 3 // rounds at once: while the peer works at one, the next is made

const newPeer = () => flags.standin === undefined ? Peer.go() : Peer.stand(flags.standin === 'none' ? '' : flags.standin)
let peer = newPeer()
const failures = []
let played = 0
let stop = false

const stepsOf = seed => flags.steps ? Number(flags.steps) : new Random(seed, 'steps').range(5, 40)

/** The error of a round, if it has one. A peer that died is started again. */
const attempt = async round => {
  try {
    await playRound(peer, round)
  } catch (error) {
    if (peer.ended) peer = newPeer()
    return error
  }
}

/** The fewest steps of the session with which the round still fails. */
const shrunk = async round => {
  for (let steps = 1; steps < round.steps; steps++) {
    const error = await attempt({ ...round, steps, name: `shrink-${round.name}-${steps}` })
    if (error) return { round: { ...round, steps }, error }
  }
}

const report = async (round, error) => {
  const least = flags.all ? undefined : await shrunk(round)
  const shown = least ?? { round, error }
  const { seed, profile, delivery, steps } = shown.round
  failures.push({ ...round, kind: shown.error.message.split('\n')[0].slice(0, 100) })
  console.error(`\nseed ${seed}, profile ${profile}, delivery ${delivery}: ${flags.all ? shown.error.message.slice(0, 300) : shown.error.stack}`)
  console.error(`again: node tools/yjs/fuzz.mjs --rounds 1 --seed ${seed} --profile ${profile} --delivery ${delivery} --steps ${steps}${flags.standin === undefined ? '' : ' --standin ' + flags.standin}`)
}

function * allRounds () {
  for (let i = 0; i < rounds; i++) {
    for (const { profile, delivery } of combinations) {
      const seed = Number(flags.seed) + i
      yield { seed, profile, delivery, steps: stepsOf(seed), name: `${seed}/${profile}/${delivery}/` }
    }
  }
}

const work = async source => {
  for (const round of source) {
    const error = await attempt(round)
    played++
    if (error && !stop) {
      stop = !flags.all
      await report(round, error)
    }
    if (stop || Date.now() > deadline) return
  }
}

const started = Date.now()
const source = allRounds()
// for...of would close the shared generator when the first worker leaves it; the others may go on.
const shared = { [Symbol.iterator]: () => ({ next: () => source.next() }) }
await Promise.all(Array.from({ length: inFlight }, () => work(shared)))
peer.close()

const seconds = (Date.now() - started) / 1000
console.log(`${played} rounds in ${seconds.toFixed(1)} s (${(played / seconds).toFixed(0)}/s), ${combinations.length} combinations of profile and delivery, ${failures.length} wrong`)
const counts = {}
for (const { profile, delivery, kind } of failures) {
  const key = `${profile}/${delivery}: ${kind}`
  counts[key] = (counts[key] ?? 0) + 1
}
for (const [key, count] of Object.entries(counts)) console.log(`  ${count} × ${key}`)
process.exit(failures.length > 0 ? 1 : 0)
