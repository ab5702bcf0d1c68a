// Mistakes of the catalogue, each as a changed function of the engine, and a line edit of one's own.

import { element } from './numbers.js'

// name: [function, its changed code]. `right` has the six functions as they should be.
export const MISTAKES = {
  'softmax-before-the-loss': ['logits', '(X, W, b) => right.log_softmax(right.logits(X, W, b)).map((row) => row.map(Math.exp))'],
  'bias-forgotten-forward': ['logits', '(X, W, b) => right.logits(X, W, b.map(() => 0))'],
  'relu-on-the-logits': ['logits', '(X, W, b) => right.logits(X, W, b).map((row) => row.map((z) => Math.max(0, z)))'],
  'bias-subtracted': ['logits', '(X, W, b) => right.logits(X, W, b.map((value) => -value))'],
  'sum-forgotten': ['log_softmax', '(Z) => Z.map((row) => row.map((z) => z - Math.max(...row)))'],
  'base-2-logarithm': ['log_softmax', '(Z) => Z.map((row) => { const m = Math.max(...row); const sum = row.reduce((s, z) => s + Math.exp(z - m), 0); return row.map((z) => z - m - Math.log2(sum)) })'],
  'probabilities-returned': ['log_softmax', '(Z) => right.log_softmax(Z).map((row) => row.map(Math.exp))'],
  'summed-loss': ['nll_loss', '(logP, y) => right.nll_loss(logP, y) * y.length'],
  'mean-over-classes': ['nll_loss', '(logP, y) => right.nll_loss(logP, y) / logP[0].length'],
  'sign-of-the-loss': ['nll_loss', '(logP, y) => -right.nll_loss(logP, y)'],
  'summed-gradient': ['logits_gradient', '(logP, y) => right.logits_gradient(logP, y).map((row) => row.map((value) => value * y.length))'],
  'divided-by-n-minus-1': ['logits_gradient', '(logP, y) => right.logits_gradient(logP, y).map((row) => row.map((value) => (value * y.length) / (y.length - 1)))'],
  'labels-forgotten': ['logits_gradient', '(logP, y) => logP.map((row) => row.map((logp) => Math.exp(logp) / y.length))'],
  'wrong-sign': ['logits_gradient', '(logP, y) => right.logits_gradient(logP, y).map((row) => row.map((value) => -value))'],
  'last-row-dropped': ['parameter_gradients', '(X, dZ) => right.parameter_gradients(X.slice(0, -1), dZ.slice(0, -1))'],
  'bias-forgotten-in-the-gradient': ['parameter_gradients', '(X, dZ) => { const [dW, db] = right.parameter_gradients(X, dZ); return [dW, db.map(() => 0)] }'],
  'mean-for-the-bias': ['parameter_gradients', '(X, dZ) => { const [dW, db] = right.parameter_gradients(X, dZ); return [dW, db.map((value) => value / X.length)] }'],
  'one-class-lost': ['parameter_gradients', '(X, dZ) => { const [dW, db] = right.parameter_gradients(X, dZ); return [dW.map((row, k) => row.map((value) => (k === db.length - 1 ? 0 : value))), db.map((value, k) => (k === db.length - 1 ? 0 : value))] }'],
  'stale-gradient': ['parameter_gradients', '(() => { let total; const add = (a, g) => g.map((value, i) => a[i] + value); return (X, dZ) => { const [dW, db] = right.parameter_gradients(X, dZ); total = total ? [total[0].map((row, k) => add(row, dW[k])), add(total[1], db)] : [dW, db]; return total } })()'],
  'hidden-momentum': ['sgd_step', '(() => { let v; const add = (a, g) => g.map((value, i) => 0.9 * a[i] + value); return (W, b, dW, db, lr) => { v = v ? [v[0].map((row, k) => add(row, dW[k])), add(v[1], db)] : [dW, db]; return right.sgd_step(W, b, v[0], v[1], lr) } })()'],
  'hidden-weight-decay': ['sgd_step', '(W, b, dW, db, lr) => right.sgd_step(W, b, dW.map((row, k) => row.map((value, d) => value + 1e-4 * W[k][d])), db, lr)'],
  'updated-twice': ['sgd_step', '(W, b, dW, db, lr) => { const [V, c] = right.sgd_step(W, b, dW, db, lr); return right.sgd_step(V, c, dW, db, lr) }'],
  'rate-left-out': ['sgd_step', '(W, b, dW, db, lr) => right.sgd_step(W, b, dW, db, 1)'],
  ascent: ['sgd_step', '(W, b, dW, db, lr) => right.sgd_step(W, b, dW, db, -lr)'],
}

/** The text that makes `engine` from `right`, with one mistake or none. */
export function replaced(name) {
  if (!MISTAKES[name]) return 'const engine = right\n'
  const [changed, code] = MISTAKES[name]
  return `const engine = { ...right, ${changed}: ${code} }\n`
}

/** The form of the room. run(name or undefined, text of an engine or undefined) -> {verdict, accuracy, correct} or an error. */
export function show_breaking(place, facts, about, engine_text, run) {
  const choose = element('select', { id: 'mistake', 'aria-label': 'mistake' }, element('option', { value: '' }, 'my own line, below'))
  for (const name of Object.keys(MISTAKES)) choose.append(element('option', { value: name }, about[name].title))
  choose.value = Object.keys(MISTAKES)[0]
  const belief = element('p')
  const notices = select('Will the accuracy notice?', { yes: 'yes: 2 points lower or more', no: 'no' })
  const first = select('What goes wrong first?', Object.fromEntries(facts.fields.map((field) => [field, field])))
  const text = element('textarea', { 'aria-label': 'the engine, to be changed', spellcheck: 'false' })
  text.value = engine_text
  const button = element('button', {}, 'Run it')
  const result = element('div', { id: 'broken', role: 'status' })
  const score = { right: 0, asked: 0 }
  const show = () => (belief.textContent = choose.value ? `${about[choose.value].tag}, ${about[choose.value].function}. Belief: “${about[choose.value].belief}”` : 'Change one line of the engine below.')
  choose.addEventListener('change', show)
  button.addEventListener('click', async () => {
    button.disabled = true
    result.textContent = 'running …'
    const found = await run(choose.value || undefined, choose.value ? undefined : text.value)
    button.disabled = false
    result.replaceChildren(...told(found, choose.value, about, notices.value(), first.value(), score))
  })
  show()
  place.replaceChildren(element('p', {}, element('label', {}, 'Mistake ', choose)), belief, element('p', {}, notices.label, ' ', first.label, ' ', button), result,
    element('details', {}, element('summary', {}, 'A line of my own'), text))
}

function select(text, options) {
  const made = element('select', {}, ...Object.entries(options).map(([value, shown]) => element('option', { value }, shown)))
  return { label: element('label', {}, `${text} `, made), value: () => made.value }
}

function told(found, name, about, notices, first, score) {
  if (found.error) return [element('p', { class: 'wrong' }, `The engine does not run: ${found.error}`)]
  const noticed = found.correct - found.accuracy >= 0.02 || !Number.isFinite(found.loss) ? 'yes' : 'no'
  const broken = found.verdict.first
  score.asked += 2
  score.right += (noticed === notices) + (broken?.field === first)
  const percent = (share) => `${(100 * share).toFixed(1)} %`
  const lines = [
    element('p', { class: broken ? 'wrong' : 'right' }, broken ? `differ: ${broken.field} is the first over its budget, at step ${broken.number}` : 'match: every recorded quantity is within its budget'),
    element('p', {}, `Validation accuracy ${percent(found.accuracy)}, correct ${percent(found.correct)}: ${noticed === 'yes' ? 'the accuracy notices.' : 'the accuracy does not notice.'}`),
    element('p', {}, `Your predictions: accuracy ${noticed === notices ? 'right' : 'wrong'}, first quantity ${broken?.field === first ? 'right' : 'wrong'}. Score: ${score.right} of ${score.asked}.`),
  ]
  if (name) lines.push(element('p', {}, about[name].symptom), element('p', {}, element('strong', {}, about[name].lesson)))
  return lines
}
