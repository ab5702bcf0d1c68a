// Training, in a worker: the page never waits for it.

/** Takes what a run needs, then {steps: 1}, again and again; answers {steps, W, b}, at the end with the accuracy. */
export function serve(engine, right, scope) {
  let run
  scope.onmessage = ({ data }) => {
    run ??= { ...data, number: 0, velocity: with_momentum(data.momentum) }
    const steps = data.steps && run.number < run.total ? [step(engine, run)] : []
    const accuracy = run.number === run.total ? validation(right, run) : undefined
    scope.postMessage({ steps, W: run.W, b: run.b, accuracy })
  }
}

function step(engine, run) {
  const { X, y } = images(run, batch_index(run, run.number))
  const Z = engine.logits(X, run.W, run.b)
  const logP = engine.log_softmax(Z)
  const L = engine.nll_loss(logP, y)
  const mean = engine.logits_gradient(logP, y)
  const dZ = run.sum ? each(mean, (g) => g * y.length) : mean
  const [dW, db] = engine.parameter_gradients(X, dZ)
  const [W, b] = engine.sgd_step(run.W, run.b, ...run.velocity(dW, db), run.lr)
  Object.assign(run, { W, b, number: run.number + 1 })
  const kept = run.keep.includes(run.number) ? { Z, logP, L, dZ, dW, db, W, b } : undefined
  return { number: run.number, loss: run.sum ? L * y.length : L, hits: hits(Z, y), images: y.length, kept }
}

function validation({ logits }, run) {
  const { X, y } = images(run, [...run.labels.keys()].slice(run.train))
  return hits(logits(X, run.W, run.b), y) / y.length
}

function hits(Z, y) {
  return Z.filter((row, n) => largest_at(row) === y[n]).length
}

/** v <- momentum v + g, as in PyTorch, for dW and db of one step after the other. */
export function with_momentum(momentum) {
  let v
  const add = (old, g) => g.map((value, i) => momentum * old[i] + value)
  return (dW, db) => (v = v && momentum ? [v[0].map((row, k) => add(row, dW[k])), add(v[1], db)] : [dW, db])
}

export function each(rows, change) {
  return rows.map((row) => row.map(change))
}

export function largest_at(row) {
  // of rows with nan NumPy takes the first
  return Math.max(0, row.indexOf(row.reduce((m, z) => Math.max(m, z))))
}

// Each image comes again in every epoch.
let [of, made] = []

/** These images, pixels from 0 to 1, and their labels -> {X, y} */
export function images({ pixels, labels }, index) {
  const D = pixels.length / labels.length
  if (of !== pixels) [of, made] = [pixels, []]
  const X = index.map((n) => (made[n] ??= new Float64Array(pixels.subarray(n * D, n * D + D)).map((x) => x / 255)))
  return { X, y: index.map((n) => labels[n]) }
}

/** The images of a step, counted from 0; beyond the recorded order from its beginning again. */
export function batch_index({ order, train, batch_size }, number) {
  const steps_per_epoch = Math.ceil(train / batch_size)
  const begin = (Math.floor(number / steps_per_epoch) * train) % order.length
  const first = (number % steps_per_epoch) * batch_size
  return Array.from(order.subarray(begin + first, begin + Math.min(first + batch_size, train)))
}
