// Training in a worker, and the badge that says whether it is the recorded run.

import { compare_step, nan_said, verdict } from './compare.js'
import { facts, say } from './numbers.js'

/** A worker with the engine of the page, with one mistake, or with the text of another engine. */
export function make_worker([engine, ...others], { pixels, labels, order, W, b }, chosen, name, own_text) {
  const alone = (text) => `(() => {\n${text.replace(/^export /gm, '')}\nreturn { logits, log_softmax, nll_loss, logits_gradient, parameter_gradients, sgd_step }\n})()`
  const started = name === '' ? alone(own_text) : `mistaken(right, '${name}')`
  const text = ["'use strict'", ...others, `const right = ${alone(engine)}\n`].join('\n')
  const url = URL.createObjectURL(new Blob([text, `serve(${started}, right, self)`], { type: 'text/javascript' }))
  const worker = new Worker(url)
  URL.revokeObjectURL(url)
  worker.before = text.split('\n').length
  worker.postMessage({ pixels, labels, order, W, b, train: facts.train, total: facts.steps, keep: facts.moments, steps: 0, ...chosen })
  return worker
}

/** The options of the run that was recorded. */
export function recorded_options() {
  const { lr, batch_size } = facts
  return { lr, batch_size, momentum: 0, sum: false }
}

/** found: of each comparison until the step that is shown; gap: between secant and gradient of what was not recorded: 'own_run' or 'own_image'. */
export function show_badge(badge, found, steps, gap, own) {
  const { match, first, worst } = verdict(found.filter(({ number }) => number <= steps))
  const counted = steps === 1 ? '1 step' : `${steps} steps`
  badge.className = own || !steps ? '' : match ? 'match' : 'differ'
  if (own) badge.textContent = say(own, { gap, counted })
  else if (!steps) badge.textContent = say('no_step')
  else badge.textContent = say(badge.className, { counted, ...worst, ...first, share: (100 * worst.used).toFixed(1) }) + nan_said(first)
}

// Where in the text of one's own a worker that begins with so many other lines has failed.
function place_of(before, { lineno }, text) {
  const line = lineno - before
  const lines = text.split('\n')
  if (!(lines[line - 1] ?? '').trim()) return ''
  const tag = [...lines.slice(0, line).join('\n').matchAll(/\* (E\d):/g)].at(-1)?.[1] ?? ''
  return say('line', { line, tag, text: lines[line - 1].trim() })
}

/** Train with one mistake, or with the text of an engine of one's own -> {stop(), found: {verdict, accuracy} or {error}}. */
export function break_it(sources, recorded, name, own_text) {
  const worker = make_worker(sources, recorded, recorded_options(), name, own_text)
  let end
  const found = new Promise((done) => {
    const found = []
    end = (result) => (clearTimeout(late), worker.terminate(), done(result))
    const late = setTimeout(() => end({ error: say('late') }), 10_000)
    worker.onerror = (event) => (event.preventDefault(), end({ error: event.message + place_of(worker.before, event, own_text) }))
    worker.onmessage = ({ data }) => {
      try {
        found.push(...data.steps.flatMap((step) => compare_step(step, recorded)))
        if (data.accuracy === undefined) worker.postMessage({ steps: 5 })
        else end({ verdict: verdict(found), accuracy: data.accuracy })
      } catch (error) {
        end({ error: say('shape', error) })
      }
    }
  })
  return { found, stop: () => end({ error: say('stopped') }) }
}
