// Training in a worker, its curves, and the badge that says whether it is the recorded run.

import { compare_moment, used, verdict } from './compare.js'
import { log_softmax, logits, nll_loss } from './engine.js'
import { replaced } from './mistakes.js'
import { largest_at } from './train.js'

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

/** True if a run with these options is the one that was recorded. */
export function is_recorded({ lr, momentum, batch_size, sum }, facts) {
  return lr === facts.lr && momentum === 0 && batch_size === facts.batch_size && !sum
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

/** Mean loss and accuracy of W, b on the validation images. */
export function validation(recorded, facts, { W, b }) {
  const count = facts.validation
  let [hits, loss] = [0, 0]
  for (let n = facts.train; n < facts.train + count; n++) {
    const Z = logits([recorded.image(n)], W, b)
    hits += largest_at(Z[0]) === recorded.labels[n]
    loss += nll_loss(log_softmax(Z), [recorded.labels[n]])
  }
  return { accuracy: hits / count, loss: loss / count }
}

/** Train with one mistake, or with the text of an engine of one's own -> {verdict, accuracy, loss, correct} or {error}. */
export function break_it(sources, recorded, facts, name, own_text) {
  return new Promise((done) => {
    const worker = make_worker(sources, name, own_text)
    const found = []
    const end = (result) => (clearTimeout(late), worker.terminate(), done(result))
    const late = setTimeout(() => end({ error: 'it took longer than a minute' }), 60_000)
    worker.onerror = (event) => (event.preventDefault(), end({ error: event.message }))
    worker.onmessage = ({ data }) => {
      try {
        found.push(...data.steps.flatMap((step) => compare_step(step, recorded, facts)))
        if (data.number < facts.steps) return worker.postMessage({ kind: 'run', steps: 5 })
        recorded.correct ??= validation(recorded, facts, recorded.moments.at(-1).ours).accuracy
        end({ verdict: verdict(found), ...validation(recorded, facts, data), correct: recorded.correct })
      } catch (error) {
        end({ error: `a function gives something of another shape (${error.message})` })
      }
    }
    worker.postMessage(start_message(facts, recorded, { lr: facts.lr, momentum: 0, batch_size: facts.batch_size, sum: false }))
  })
}
