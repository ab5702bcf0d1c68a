// The engine against what was recorded: each quantity has a budget, and `used` is the share of it.

import { flat } from './recording.js'

/** One step of the engine against both recorded sides -> [{number, side, field, used}]; of most steps only the loss is recorded. */
export function compare_step({ number, loss, kept }, recorded, facts) {
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
  return flat(theirs).reduce((largest, value, i) => Math.max(largest, Math.abs(values[i] - value)), 0) / limit
}

/** The first over its budget, else the largest share. */
export function verdict(found) {
  const first = found.find((one) => !(one.used <= 1))
  const worst = found.reduce((a, b) => (b.used > a.used ? b : a), { used: 0 })
  return { match: !first, first, worst }
}
