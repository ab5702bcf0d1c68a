// Softmax regression by hand, in JavaScript and float64: the six functions of scratch/, under the same names.
// A matrix is an array of rows, each a Float64Array: X (N, D), W (K, D), Z, logP, dZ (N, K). y (N) are labels, b (K).
// No function changes what it is given.

/** E1: Z = X Wᵀ + b.  X (N, D), W (K, D), b (K) -> Z (N, K) */
export function logits(X, W, b) {
  return X.map((x) => b.map((bias, k) => dot(W[k], x, lit(x)) + bias))
}

/** E2: log P = Z - log Σ exp Z, row by row, shifted by the largest of the row.  Z (N, K) -> logP (N, K) */
export function log_softmax(Z) {
  return Z.map((z) => {
    const m = z.reduce((m, logit) => Math.max(m, logit))
    const S = z.map((logit) => logit - m)
    const log_sum = Math.log(S.reduce((sum, s) => sum + Math.exp(s), 0))
    return S.map((s) => s - log_sum)
  })
}

/** E3: L = -(1/N) Σ logP[n, y[n]].  logP (N, K), y (N) -> L */
export function nll_loss(logP, y) {
  return -logP.map((row, n) => row[y[n]]).reduce(plus, 0) / y.length
}

/** E4: dZ = (P - Y) / N; Y is 1 at (n, y[n]) and is never built.  logP (N, K), y (N) -> dZ (N, K) */
export function logits_gradient(logP, y) {
  return logP.map((row, n) => row.map((logp, k) => (Math.exp(logp) - (k === y[n] ? 1 : 0)) / y.length))
}

/** E5: dW = dZᵀ X, db = Σ dZ.  X (N, D), dZ (N, K) -> [dW (K, D), db (K)] */
export function parameter_gradients(X, dZ) {
  const db = dZ[0].map((_, k) => dZ.map((row) => row[k]).reduce(plus, 0))
  const dW = Array.from(db, () => new Float64Array(X[0].length))
  X.forEach((x, n) => dW.forEach((row, k) => add_scaled(row, dZ[n][k], x, lit(x))))
  return [dW, db]
}

/** E6: W <- W - lr dW, b <- b - lr db, as new arrays.  W (K, D), b (K), dW (K, D), db (K), lr -> [W, b] */
export function sgd_step(W, b, dW, db, lr) {
  return [W.map((w, k) => w.map((value, d) => value - lr * dW[k][d])), b.map((value, k) => value - lr * db[k])]
}

// Not in the equations: a pixel of 0 adds 0, and four of five are 0. An image that comes again has the same.
const known = new WeakMap()

function lit(x) {
  if (known.has(x)) return known.get(x)
  const pixels = []
  x.forEach((pixel, d) => pixel !== 0 && pixels.push(d))
  known.set(x, pixels)
  return pixels
}

function dot(w, x, seen) {
  let sum = 0
  for (let i = 0; i < seen.length; i++) sum += w[seen[i]] * x[seen[i]]
  return sum
}

function add_scaled(row, factor, x, seen) {
  for (let i = 0; i < seen.length; i++) row[seen[i]] += factor * x[seen[i]]
}

function plus(sum, term) {
  return sum + term
}
