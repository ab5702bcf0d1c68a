// Training, in a worker: the page never waits for it. `engine` has the six functions, one of them perhaps replaced.

/** Takes {kind: 'start', ...} once, then {kind: 'run', steps}; answers {steps, number, W, b}; a kept step has all. */
export function serve(engine, scope) {
  let run
  scope.onmessage = ({ data }) => {
    if (data.kind === 'start') run = begin(data)
    const steps = []
    for (let i = 0; i < (data.steps ?? 0) && run.number < run.total; i++) steps.push(step(engine, run))
    scope.postMessage({ steps, number: run.number, W: run.W, b: run.b })
  }
}

function begin(given) {
  return { ...given, number: 0, velocity: with_momentum(given.momentum) }
}

function step(engine, run) {
  const index = batch_index(run, run.number)
  const X = index.map((n) => image(run.pixels, run.W[0].length, n))
  const y = index.map((n) => run.labels[n])
  const Z = engine.logits(X, run.W, run.b)
  const logP = engine.log_softmax(Z)
  const L = engine.nll_loss(logP, y)
  const dZ = each(engine.logits_gradient(logP, y), (g) => (run.sum ? g * y.length : g))
  const [dW, db] = engine.parameter_gradients(X, dZ)
  const [W, b] = engine.sgd_step(run.W, run.b, ...run.velocity(dW, db), run.lr)
  Object.assign(run, { W, b, number: run.number + 1 })
  const hits = Z.filter((row, n) => largest_at(row) === y[n]).length
  const kept = run.keep.includes(run.number) ? { Z, logP, L, dZ, dW, db, W, b } : undefined
  return { number: run.number, loss: run.sum ? L * y.length : L, hits, images: y.length, kept }
}

/** v <- momentum v + g, as in PyTorch: gives the velocity of each dW and db that it is given in turn. */
export function with_momentum(momentum) {
  let v
  const add = (old, g) => g.map((value, i) => momentum * old[i] + value)
  return (dW, db) => (v = v && momentum ? [v[0].map((row, k) => add(row, dW[k])), add(v[1], db)] : [dW, db])
}

/** Rows with each of their numbers changed. */
export function each(rows, change) {
  return rows.map((row) => row.map((value) => change(value)))
}

/** The class of the largest logit. */
export function largest_at(row) {
  return row.indexOf(Math.max(...row))
}

/** Image n of D pixels, from 0 to 1. */
export function image(pixels, D, n) {
  const x = new Float64Array(D)
  for (let d = 0; d < D; d++) x[d] = pixels[n * D + d] / 255
  return x
}

/** The images of a step, counted from 0, in the recorded order; beyond that, from its beginning again. */
export function batch_index({ order, train, batch_size }, number) {
  const steps_per_epoch = Math.ceil(train / batch_size)
  const begin = (Math.floor(number / steps_per_epoch) * train) % order.length
  const first = (number % steps_per_epoch) * batch_size
  return Array.from(order.subarray(begin + first, begin + Math.min(first + batch_size, train)))
}
