// The engine against what was recorded: each quantity has a budget, and `used` is the share of it.

import { log_softmax, logits, logits_gradient, nll_loss, parameter_gradients, sgd_step } from './engine.js'
import { abs, facts, max, say, tags } from './numbers.js'
import { flat } from './recording.js'

/** -> [{number, side, field, used}]; of most steps only the loss is recorded. */
export function compare_step({ number, loss, kept }, recorded) {
  const moment = kept && recorded.moments.find((one) => one.number === number)
  if (moment) return facts.fields.flatMap((field, i) => compare(number, field, kept, moment.sides, moment.limits[i]))
  return compare(number, 'L', { L: loss }, recorded.loss.map((side) => ({ L: side[number - 1] })), recorded.limits[number - 1])
}

function compare(number, field, ours, sides, limit) {
  return sides.map((side, i) => ({ number, field, side: ['NumPy', 'PyTorch'][i], used: used(ours[field], side[field], limit) }))
}

// The largest |ours - theirs| as a share of the limit; nan is over every budget.
function used(ours, theirs, limit) {
  const values = flat(ours)
  return flat(theirs).reduce((largest, value, i) => max(largest, abs(values[i] - value)), 0) / limit
}

/** fields: all that are over with the first, in its step and equation. */
export function verdict(found) {
  const is_over = ({ used }) => !(used <= 1)
  const first = found.find(is_over)
  const also = found.filter((one) => is_over(one) && one.number === first.number && tags[one.field] === tags[first.field])
  const worst = found.reduce((a, b) => (b.used > a.used ? b : a), { used: 0 })
  return { match: !first, first: first && { ...first, nan: isNaN(first.used) ? say('nan') : '' }, worst, fields: [...new Set(also.map(({ field }) => field))] }
}

/** gap(): between the secant of L along dW, db and their slope, as a share of it. */
export function gradient({ X, y }, { W, b }) {
  const log_P = (W, b) => log_softmax(logits(X, W, b))
  const logP = log_P(W, b)
  const dZ = logits_gradient(logP, y)
  const [dW, db] = parameter_gradients(X, dZ)
  const gap = () => {
    const slope = [...dW, db].reduce((sum, row) => row.reduce((part, g) => part + g * g, sum), 0)
    const h = 1e-5 / Math.sqrt(slope)
    const [below, above] = [h, -h].map((step) => nll_loss(log_P(...sgd_step(W, b, dW, db, step)), y))
    return abs((above - below) / (2 * h) / slope - 1)
  }
  return { logP, dZ, dW, gap }
}
