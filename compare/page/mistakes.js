// Mistakes of the catalogue, each as one changed function of the engine; they run in the worker.

import { each, with_momentum } from './train.js'

const after = (name, change) => [name, (right) => (...given) => change(right[name](...given), ...given)]
const dZ_times = (factor) => after('logits_gradient', (dZ, _, y) => each(dZ, (g) => g * factor(y.length)))
const before = (name, change) => [name, (right) => (...given) => right[name](...change(...given))]

// name: [function, (right) => its changed form]
const MISTAKES = {
  'softmax-before-the-loss': ['logits', (right) => (X, W, b) => each(right.log_softmax(right.logits(X, W, b)), Math.exp)],
  'bias-forgotten-forward': before('logits', (X, W, b) => [X, W, b.map(() => 0)]),
  'sum-forgotten': ['log_softmax', () => (Z) => Z.map((row) => row.map((z) => z - Math.max(...row)))],
  'probabilities-returned': after('log_softmax', (logP) => each(logP, Math.exp)),
  'summed-loss': after('nll_loss', (L, _, y) => L * y.length),
  'mean-over-classes': after('nll_loss', (L, logP) => L / logP[0].length),
  'sign-of-the-loss': after('nll_loss', (L) => -L),
  'summed-gradient': dZ_times((N) => N),
  'divided-by-n-minus-1': dZ_times((N) => N / (N - 1)),
  'labels-forgotten': ['logits_gradient', () => (logP, y) => each(logP, (logp) => Math.exp(logp) / y.length)],
  'wrong-sign': dZ_times(() => -1),
  'last-row-dropped': before('parameter_gradients', (X, dZ) => [X.slice(0, -1), dZ.slice(0, -1)]),
  'bias-forgotten-in-the-gradient': after('parameter_gradients', ([dW, db]) => [dW, db.fill(0)]),
  'mean-for-the-bias': after('parameter_gradients', ([dW, db], X) => [dW, db.map((g) => g / X.length)]),
  'one-class-lost': after('parameter_gradients', ([dW, db]) => [dW.with(-1, dW[0].map(() => 0)), db.with(-1, 0)]),
  'stale-gradient': ['parameter_gradients', (right) => {
    const total = with_momentum(1)
    return (X, dZ) => total(...right.parameter_gradients(X, dZ))
  }],
  'hidden-momentum': ['sgd_step', (right) => {
    const velocity = with_momentum(0.9)
    return (W, b, dW, db, lr) => right.sgd_step(W, b, ...velocity(dW, db), lr)
  }],
  'hidden-weight-decay': before('sgd_step', (W, b, dW, db, lr) => [W, b, dW.map((row, k) => row.map((g, d) => g + 1e-4 * W[k][d])), db, lr]),
  'rate-left-out': before('sgd_step', (W, b, dW, db) => [W, b, dW, db, 1]),
  ascent: before('sgd_step', (W, b, dW, db, lr) => [W, b, dW, db, -lr]),
}

export function mistaken(right, name) {
  const [changed, make] = MISTAKES[name] ?? ['', () => 0]
  return { ...right, [changed]: make(right) }
}
