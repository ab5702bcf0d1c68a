// Training in a worker, and the badge that says whether it is the recorded run.

import { compare_step, verdict } from './compare.js'
import { facts, recorded_as, say } from './numbers.js'

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

/** found: of each comparison until the step that is shown; gap: between secant and gradient of `own`, which was not recorded. */
export function show_badge(badge, found, steps, gap, own) {
  const { match, first, worst } = verdict(found.filter(({ number }) => number <= steps))
  const counted = steps === 1 ? '1 step' : `${steps} steps`
  badge.className = own || (!steps ? 'no_step' : match ? 'match' : 'differ')
  badge.textContent = say(badge.className, { gap, counted, ...worst, ...first, share: (100 * worst.used).toFixed(1) })
}

// The line that failed, and the last equation above it.
function place_of(line, text) {
  const lines = text.split('\n').slice(0, line)
  if (lines.length !== line) return ''
  const tag = lines.join().match(/E\d(?=:)/g)?.at(-1)
  return say('line', { line, tag: tag ? `, ${tag}` : '', text: lines.at(-1) })
}

/** -> {stop(), found: {verdict, accuracy} or {error}} */
export function break_it(sources, recorded, name, own_text) {
  const worker = make_worker(sources, recorded, recorded_as, name, own_text)
  let end
  const found = new Promise((done) => {
    const found = []
    end = (result) => (clearTimeout(late), worker.terminate(), done(result))
    const late = setTimeout(() => end({ error: say('late') }), 10_000)
    worker.onerror = (event) => (event.preventDefault(), end({ error: event.message + place_of(event.lineno - worker.before, own_text) }))
    worker.onmessage = ({ data }) => {
      try {
        found.push(...data.steps.flatMap((step) => compare_step(step, recorded)))
        if (data.accuracy === undefined) worker.postMessage({ steps: 1 })
        else end({ verdict: verdict(found), accuracy: data.accuracy })
      } catch (error) {
        end({ error: say('shape', error) })
      }
    }
  })
  return { found, stop: () => end({ error: say('stopped') }) }
}
