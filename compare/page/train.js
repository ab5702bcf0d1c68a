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
  return { ...given, number: 0, velocity: undefined }
}

function step(engine, run) {
  const { X, y } = batch(run)
  const Z = engine.logits(X, run.W, run.b)
  const logP = engine.log_softmax(Z)
  const L = engine.nll_loss(logP, y)
  const dZ = engine.logits_gradient(logP, y).map((row) => (run.sum ? row.map((value) => value * y.length) : row))
  const [dW, db] = engine.parameter_gradients(X, dZ)
  const [vW, vb] = with_momentum(run, dW, db)
  const [W, b] = engine.sgd_step(run.W, run.b, vW, vb, run.lr)
  Object.assign(run, { W, b, number: run.number + 1 })
  const hits = Z.filter((row, n) => row.indexOf(Math.max(...row)) === y[n]).length
  const kept = run.keep.includes(run.number) ? { Z, logP, L, dZ, dW, db, W, b } : undefined
  return { number: run.number, loss: run.sum ? L * y.length : L, hits, images: y.length, kept }
}

// v <- momentum v + dW, as in PyTorch
function with_momentum(run, dW, db) {
  if (!run.momentum) return [dW, db]
  const add = (v, g) => g.map((value, i) => run.momentum * v[i] + value)
  run.velocity = run.velocity
    ? [run.velocity[0].map((row, k) => add(row, dW[k])), add(run.velocity[1], db)]
    : [dW, db]
  return run.velocity
}

/** Image n of D pixels, from 0 to 1. */
export function image(pixels, D, n) {
  const x = new Float64Array(D)
  for (let d = 0; d < D; d++) x[d] = pixels[n * D + d] / 255
  return x
}

// The recorded order; beyond it, from its beginning again.
function batch(run) {
  const steps_per_epoch = Math.ceil(run.train / run.batch_size)
  const epochs = run.order.length / run.train
  const epoch = Math.floor(run.number / steps_per_epoch)
  const first = (run.number % steps_per_epoch) * run.batch_size
  const begin = (epoch % epochs) * run.train
  const index = Array.from(run.order.subarray(begin + first, begin + Math.min(first + run.batch_size, run.train)))
  return { X: index.map((n) => image(run.pixels, run.W[0].length, n)), y: index.map((n) => run.labels[n]) }
}
