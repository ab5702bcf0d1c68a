// The comparison of the engine with what was recorded: each quantity has a budget, and `used` is the share of it.

import { flat } from './recording.js'

/** The largest |ours - theirs| as a share of the limit; nan is over every budget. */
export function used(ours, theirs, limit) {
  const [a, b] = [flat(ours), flat(theirs)]
  let largest = 0
  for (let i = 0; i < b.length; i++) {
    const gap = Math.abs(a[i] - b[i])
    if (!(gap <= largest)) largest = gap
    if (Number.isNaN(gap)) return Infinity
  }
  return largest / limit
}

/** One step of the engine against a recorded moment -> [{side, field, used}], in the order of the derivation */
export function compare_moment(step, moment, fields) {
  const sides = { NumPy: moment.ours, PyTorch: moment.theirs }
  return fields.flatMap((field, i) =>
    Object.entries(sides).map(([side, theirs]) => ({
      number: moment.number,
      side,
      field,
      used: used(step[field], theirs[field], moment.limits[i]),
    })),
  )
}

/** The first over its budget, else the largest share. */
export function verdict(found) {
  const first = found.find((one) => !(one.used <= 1))
  const worst = found.reduce((a, b) => (b.used > a.used ? b : a), { used: 0 })
  return { match: !first, first, worst }
}
