// Training in a worker, its curves, and the badge that says whether it is the recorded run.

import { compare_moment, used } from './compare.js'
import { log_softmax, logits, nll_loss } from './engine.js'
import { replaced } from './mistakes.js'

/** A worker with the engine of the page, a text of one's own, or one mistake. */
export function make_worker(sources, name, own_text) {
  const functions = '{ logits, log_softmax, nll_loss, logits_gradient, parameter_gradients, sgd_step }'
  const engine = (own_text ?? sources.engine).replace(/^export /gm, '')
  const text = `'use strict'\nconst right = (() => {\n${engine}\nreturn ${functions}\n})()\n${replaced(name)}\n${sources.train}\nserve(engine, self)\n`
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  const worker = new Worker(url)
  URL.revokeObjectURL(url)
  return worker
}

/** What the worker is sent first. */
export function start_message(facts, recorded, chosen) {
  return {
    kind: 'start',
    pixels: recorded.pixels,
    labels: recorded.labels,
    order: recorded.order,
    W: recorded.W,
    b: recorded.b,
    train: facts.train,
    total: facts.steps,
    keep: facts.moments,
    ...chosen,
  }
}

/** One step against both recorded sides, in the order of the derivation; of most steps only the loss is recorded. */
export function compare_step(step, recorded, facts) {
  const moment = step.kept && recorded.moments.find(({ number }) => number === step.number)
  if (moment) return compare_moment(step.kept, moment, facts.fields)
  const n = step.number - 1
  return ['NumPy', 'PyTorch'].map((side, i) => ({ number: step.number, side, field: 'L', used: used(step.loss, recorded.loss[i][n], recorded.limits[n]) }))
}

export function show_badge(badge, found, steps, recorded_run) {
  badge.className = ''
  if (!recorded_run) {
    badge.textContent = 'not recorded: checked against differences only'
  } else if (!steps) {
    badge.textContent = 'no step yet: nothing is compared'
  } else {
    const { match, first, worst } = found
    badge.className = match ? 'match' : 'differ'
    badge.textContent = match
      ? `✓ match: ${steps} steps, at most ${(100 * worst.used).toFixed(1)} % of a budget used (${worst.field}, ${worst.side})`
      : `✗ differ: ${first.field} is over its budget at step ${first.number}`
  }
}

/** Mean loss and accuracy of W, b on images first ... last - 1. */
export function evaluate(recorded, W, b, first, last) {
  let hits = 0
  let loss = 0
  for (let n = first; n < last; n++) {
    const Z = logits([recorded.image(n)], W, b)
    hits += Z[0].indexOf(Math.max(...Z[0])) === recorded.labels[n]
    loss += nll_loss(log_softmax(Z), [recorded.labels[n]])
  }
  return { accuracy: hits / (last - first), loss: loss / (last - first) }
}
