// Training in a worker, and the badge that says whether it is the recorded run.

import { compare_step, verdict } from './compare.js'
import { digits } from './numbers.js'

/** A worker with the engine of the page, with one mistake, or with the text of another engine. */
export function make_worker([engine, ...others], facts, { pixels, labels, order, W, b }, chosen, name, own_text) {
  const alone = (text) => `(() => {\n${text.replace(/^export /gm, '')}\nreturn { logits, log_softmax, nll_loss, logits_gradient, parameter_gradients, sgd_step }\n})()`
  const started = name === '' ? alone(own_text) : `mistaken(right, '${name}')`
  const text = ["'use strict'", ...others, `const right = ${alone(engine)}`, `serve(${started}, right, self)`].join('\n')
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  const worker = new Worker(url)
  URL.revokeObjectURL(url)
  worker.postMessage({ pixels, labels, order, W, b, train: facts.train, total: facts.steps, keep: facts.moments, steps: 0, ...chosen })
  return worker
}

/** The options of the run that was recorded. */
export function recorded_options({ lr, batch_size }) {
  return { lr, batch_size, momentum: 0, sum: false }
}

/** found: of each comparison; gap: between secant and gradient of what was not recorded. */
export function show_badge(badge, found, steps, gap) {
  const { match, first, worst } = verdict(found)
  const own = gap !== undefined
  badge.className = own || !steps ? '' : match ? 'match' : 'differ'
  if (own) badge.textContent = `not recorded: checked against differences only (the secant of L along its gradient is off by ${digits(gap)} of the slope); ${steps} steps`
  else if (!steps) badge.textContent = 'no step yet: nothing is compared'
  else if (match) badge.textContent = `✓ match: ${steps} steps, at most ${(100 * worst.used).toFixed(1)} % of a budget used (${worst.field}, ${worst.side})`
  else badge.textContent = `✗ differ: ${first.field} is over its budget at step ${first.number}`
}

/** Train with one mistake, or with the text of an engine of one's own -> {verdict, accuracy} or {error}. */
export function break_it(sources, recorded, facts, name, own_text) {
  return new Promise((done) => {
    const worker = make_worker(sources, facts, recorded, recorded_options(facts), name, own_text)
    const found = []
    const end = (result) => (clearTimeout(late), worker.terminate(), done(result))
    const late = setTimeout(() => end({ error: 'it took longer than a minute' }), 60_000)
    worker.onerror = (event) => (event.preventDefault(), end({ error: event.message }))
    worker.onmessage = ({ data }) => {
      try {
        found.push(...data.steps.flatMap((step) => compare_step(step, recorded, facts)))
        if (data.accuracy === undefined) worker.postMessage({ steps: 5 })
        else end({ verdict: verdict(found), accuracy: data.accuracy })
      } catch (error) {
        end({ error: `a function gives something of another shape (${error.message})` })
      }
    }
  })
}
