// Mistakes of the catalogue, each as a changed function of the engine, and a line edit of one's own.

import { element, labelled } from './numbers.js'
import { kept } from './tour.js'
import { each, with_momentum } from './train.js'

// name: [function, (right) => its changed form]; they run in the worker, beside train.js.
export const MISTAKES = {
  'softmax-before-the-loss': ['logits', (right) => (X, W, b) => each(right.log_softmax(right.logits(X, W, b)), Math.exp)],
  'bias-forgotten-forward': ['logits', (right) => (X, W, b) => right.logits(X, W, b.map(() => 0))],
  'relu-on-the-logits': ['logits', (right) => (X, W, b) => each(right.logits(X, W, b), (z) => Math.max(0, z))],
  'bias-subtracted': ['logits', (right) => (X, W, b) => right.logits(X, W, b.map((value) => -value))],
  'sum-forgotten': ['log_softmax', () => (Z) => Z.map((row) => row.map((z) => z - Math.max(...row)))],
  'base-2-logarithm': ['log_softmax', () => (Z) => Z.map((row) => {
    const m = Math.max(...row)
    const sum = row.reduce((s, z) => s + Math.exp(z - m), 0)
    return row.map((z) => z - m - Math.log2(sum))
  })],
  'probabilities-returned': ['log_softmax', (right) => (Z) => each(right.log_softmax(Z), Math.exp)],
  'summed-loss': ['nll_loss', (right) => (logP, y) => right.nll_loss(logP, y) * y.length],
  'mean-over-classes': ['nll_loss', (right) => (logP, y) => right.nll_loss(logP, y) / logP[0].length],
  'sign-of-the-loss': ['nll_loss', (right) => (logP, y) => -right.nll_loss(logP, y)],
  'summed-gradient': ['logits_gradient', (right) => (logP, y) => each(right.logits_gradient(logP, y), (g) => g * y.length)],
  'divided-by-n-minus-1': ['logits_gradient', (right) => (logP, y) => each(right.logits_gradient(logP, y), (g) => (g * y.length) / (y.length - 1))],
  'labels-forgotten': ['logits_gradient', () => (logP, y) => each(logP, (logp) => Math.exp(logp) / y.length)],
  'wrong-sign': ['logits_gradient', (right) => (logP, y) => each(right.logits_gradient(logP, y), (g) => -g)],
  'last-row-dropped': ['parameter_gradients', (right) => (X, dZ) => right.parameter_gradients(X.slice(0, -1), dZ.slice(0, -1))],
  'bias-forgotten-in-the-gradient': ['parameter_gradients', (right) => (X, dZ) => [right.parameter_gradients(X, dZ)[0], new Float64Array(dZ[0].length)]],
  'mean-for-the-bias': ['parameter_gradients', (right) => (X, dZ) => {
    const [dW, db] = right.parameter_gradients(X, dZ)
    return [dW, db.map((value) => value / X.length)]
  }],
  'one-class-lost': ['parameter_gradients', (right) => (X, dZ) => {
    const [dW, db] = right.parameter_gradients(X, dZ)
    dW.at(-1).fill(0)
    return [dW, db.fill(0, -1)]
  }],
  'stale-gradient': ['parameter_gradients', (right) => {
    const total = with_momentum(1)
    return (X, dZ) => total(...right.parameter_gradients(X, dZ))
  }],
  'hidden-momentum': ['sgd_step', (right) => {
    const velocity = with_momentum(0.9)
    return (W, b, dW, db, lr) => right.sgd_step(W, b, ...velocity(dW, db), lr)
  }],
  'hidden-weight-decay': ['sgd_step', (right) => (W, b, dW, db, lr) => right.sgd_step(W, b, dW.map((row, k) => row.map((g, d) => g + 1e-4 * W[k][d])), db, lr)],
  'updated-twice': ['sgd_step', (right) => (W, b, dW, db, lr) => right.sgd_step(...right.sgd_step(W, b, dW, db, lr), dW, db, lr)],
  'rate-left-out': ['sgd_step', (right) => (W, b, dW, db) => right.sgd_step(W, b, dW, db, 1)],
  ascent: ['sgd_step', (right) => (W, b, dW, db, lr) => right.sgd_step(W, b, dW, db, -lr)],
}

/** The text that makes an engine of `right`, with one mistake or none. */
export function replaced(name) {
  if (!MISTAKES[name]) return 'right'
  const [changed, make] = MISTAKES[name]
  return `{ ...right, ${changed}: (${make})(right) }`
}

/** The form. run(name or undefined, text of an engine or undefined) -> {verdict, accuracy} or {error}. correct: accuracy. */
export function show_breaking(place, fields, about, tags, engine_text, correct, run) {
  const options = Object.keys(MISTAKES).map((name) => element('option', { value: name }, about[name].title + (about[name].also ?? '')))
  const mistake = labelled('Mistake', 'select', { id: 'mistake' }, ...options, element('option', { value: '' }, 'my own line, below'))
  const belief = element('p', { id: 'belief' })
  const guess = {
    notices: ask('Will the accuracy notice?', { yes: 'yes: 2 points lower or more', no: 'no' }),
    first: ask('What goes wrong first?', { ...Object.fromEntries(fields.map((field) => [field, `${field} (${tags[field]})`])), none: 'nothing' }),
  }
  const text = element('textarea', { 'aria-label': 'the engine, to be changed', spellcheck: 'false' })
  text.value = engine_text
  const own = element('details', {}, element('summary', {}, 'A line of my own'), text)
  const button = element('button', { id: 'run-mistake' }, 'Run it')
  const result = element('div', { id: 'broken', role: 'status' })
  const show = () => {
    const { tag, function: name, belief: said } = about[mistake.input.value] ?? {}
    belief.textContent = tag ? `${tag}, ${name}. Belief: “${said}”` : 'Change a line of the engine below, and run it.'
    own.open = !tag
    result.replaceChildren()
    for (const { input } of Object.values(guess)) input.value = ''
  }
  mistake.input.addEventListener('change', show)
  button.addEventListener('click', async () => {
    const name = mistake.input.value
    button.disabled = true
    result.textContent = 'running …'
    const found = await run(name, name ? undefined : text.value)
    button.disabled = false
    result.replaceChildren(...told(found, about[name], tags, guess, correct))
  })
  show()
  place.append(element('p', {}, mistake.label), belief, element('p', { class: 'controls' }, ...Object.values(guess).map(({ label }) => label), button), result, own)
}

function ask(text, options) {
  return labelled(text, 'select', {}, ...Object.entries({ '': 'first say …', ...options }).map(([value, shown]) => element('option', { value }, shown)))
}

function told({ error, verdict, accuracy }, about, tags, guess, correct) {
  if (error) return [element('p', { class: 'wrong' }, `✗ The engine does not run: ${error}`)]
  const { first } = verdict
  const happened = { notices: correct - accuracy >= 0.02 ? 'yes' : 'no', first: first?.field ?? 'none' }
  const [reached, best] = [accuracy, correct].map((share) => `${(100 * share).toFixed(1)} %`)
  const said = happened.notices === 'yes' ? 'the accuracy notices.' : 'the accuracy does not notice. It asks only which logit is the largest.'
  return [
    element('p', { class: first ? 'wrong' : 'right', 'data-first': happened.first }, first ? `✗ differ: ${first.field} (${tags[first.field]}) is the first over its budget, at step ${first.number}` : '✓ match: every recorded quantity is within its budget'),
    element('p', {}, `Accuracy on the validation images ${reached}, correct ${best}: ${said}`),
    element('p', {}, scored(guess, happened)),
    ...(about ? [element('p', {}, about.symptom, ' ', about.why ?? ''), element('p', {}, element('strong', {}, about.lesson))] : []),
  ]
}

// Each prediction once: what it was, and how many were right until now.
function scored(guess, happened) {
  const asked = Object.keys(guess).filter((name) => guess[name].input.value)
  const right = asked.filter((name) => guess[name].input.value === happened[name])
  const [before, all] = (kept('score') || '0 0').split(' ').map(Number)
  const score = [before + right.length, all + asked.length]
  kept('score', score.join(' '))
  for (const name of asked) guess[name].input.value = ''
  const each = asked.map((name) => `${name === 'first' ? 'first quantity' : 'accuracy'} ${right.includes(name) ? 'right' : 'wrong'}`).join(', ')
  return `${each ? `Your predictions: ${each}` : 'You predicted nothing'}. Score: ${score.join(' of ')}.`
}
