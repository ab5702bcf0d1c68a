// Mistakes of the catalogue, each as a changed function of the engine, and a line edit of one's own.

import { element } from './numbers.js'
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

/** The text that makes `engine` from `right`, with one mistake or none. */
export function replaced(name) {
  if (!MISTAKES[name]) return 'const engine = right\n'
  const [changed, make] = MISTAKES[name]
  return `const engine = { ...right, ${changed}: (${make})(right) }\n`
}

/** The form. run(name or undefined, text of an engine or undefined) -> {verdict, accuracy, loss, correct} or {error}. */
export function show_breaking(place, facts, about, tags, engine_text, run) {
  const choose = element('select', { id: 'mistake' }, element('option', { value: '' }, 'my own line, below'))
  for (const name of Object.keys(MISTAKES)) choose.append(element('option', { value: name }, about[name].title))
  choose.value = Object.keys(MISTAKES)[0]
  const belief = element('p', { id: 'belief' })
  const guess = {
    notices: select('Will the accuracy notice?', { yes: 'yes: 2 points lower or more', no: 'no' }),
    first: select('What goes wrong first?', { ...Object.fromEntries(facts.fields.map((field) => [field, `${field} (${tags[field]})`])), none: 'nothing' }),
  }
  const text = element('textarea', { 'aria-label': 'the engine, to be changed', spellcheck: 'false' })
  text.value = engine_text
  const own = element('details', {}, element('summary', {}, 'A line of my own'), text)
  const button = element('button', { id: 'run-mistake' }, 'Run it')
  const result = element('div', { id: 'broken', role: 'status' })
  const score = { right: 0, asked: 0 }
  const show = () => {
    const { tag, function: name, belief: said } = about[choose.value] ?? {}
    belief.textContent = tag ? `${tag}, ${name}. Belief: “${said}”` : 'Change a line of the engine below, and run it.'
    own.open = !tag
    result.replaceChildren()
    for (const one of Object.values(guess)) one.input.value = ''
  }
  choose.addEventListener('change', show)
  button.addEventListener('click', async () => {
    button.disabled = true
    result.textContent = 'running …'
    const found = await run(choose.value || undefined, choose.value ? undefined : text.value)
    button.disabled = false
    const guessed = { notices: guess.notices.input.value, first: guess.first.input.value }
    result.replaceChildren(...told(found, about[choose.value], tags, guessed, score))
  })
  show()
  place.replaceChildren(element('p', {}, element('label', {}, 'Mistake ', choose)), belief, element('p', { class: 'controls' }, guess.notices.label, ' ', guess.first.label, ' ', button), result, own)
}

function select(text, options) {
  const chosen = Object.entries({ '': 'first say …', ...options }).map(([value, shown]) => element('option', { value }, shown))
  const input = element('select', {}, ...chosen)
  return { input, label: element('label', {}, `${text} `, input) }
}

function told(found, about, tags, guessed, score) {
  if (found.error) return [element('p', { class: 'wrong' }, `✗ The engine does not run: ${found.error}`)]
  const broken = found.verdict.first
  const happened = { notices: found.correct - found.accuracy >= 0.02 || !Number.isFinite(found.loss) ? 'yes' : 'no', first: broken?.field ?? 'none' }
  const percent = (share) => `${(100 * share).toFixed(1)} %`
  const lines = [
    element('p', { class: broken ? 'wrong' : 'right', 'data-first': happened.first }, broken ? `✗ differ: ${broken.field} (${tags[broken.field]}) is the first over its budget, at step ${broken.number}` : '✓ match: every recorded quantity is within its budget'),
    element('p', {}, `Accuracy on the validation images ${percent(found.accuracy)}, correct ${percent(found.correct)}: ${happened.notices === 'yes' ? 'the accuracy notices.' : 'the accuracy does not notice.'}`),
  ]
  const asked = Object.keys(guessed).filter((name) => guessed[name])
  const right = asked.filter((name) => guessed[name] === happened[name])
  score.asked += asked.length
  score.right += right.length
  if (asked.length) lines.push(element('p', {}, `Your predictions: ${asked.map((name) => `${name === 'first' ? 'first quantity' : 'accuracy'} ${right.includes(name) ? 'right' : 'wrong'}`).join(', ')}. Score: ${score.right} of ${score.asked}.`))
  if (about) lines.push(element('p', {}, about.symptom), element('p', {}, element('strong', {}, about.lesson)))
  return lines
}
