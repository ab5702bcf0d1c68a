// The recorded run: what NumPy and PyTorch computed, to the bit.

import { logits, parameter_gradients, sgd_step } from './engine.js'
import { facts, round_up } from './numbers.js'
import { batch_index, images } from './train.js'
import { from_distance, unpack, unpack_images } from './unpack.js'

/** -> images, labels, order, start, and what was recorded, as content.py has it */
export async function read_recording(table, text) {
  const arrays = await unpack(table, text)
  const pixels = unpack_images(arrays.lit, arrays.pixels, arrays.labels.length * facts.features)
  const [loss, hits, history] = [arrays.loss, arrays.hits, arrays.history].map(halves)
  const data = { ...arrays, pixels, loss, hits, W: rows(arrays.W0, facts.features), b: arrays.b0, accuracy: history[0].at(-1) }
  const found = await moments(arrays, data)
  // which numbers are drawn in full colour: the largest of the last step
  const [W, dW] = ['W', 'dW'].map((name) => round_up(Math.max(...flat(found.at(-1).sides[0][name]).map(Math.abs))))
  return { ...data, moments: found, full: { W, dW } }
}

/** The page is not blocked between what stands before and after it. */
export function pause() {
  return new Promise((go_on) => setTimeout(go_on))
}

function halves(values) {
  return [values.slice(0, values.length / 2), values.slice(values.length / 2)]
}

export function rows(flat, D) {
  return Array.from({ length: flat.length / D }, (_, n) => flat.slice(n * D, (n + 1) * D))
}

export function flat(value) {
  if (typeof value === 'number') return Float64Array.of(value)
  if (!Array.isArray(value)) return value
  const all = new Float64Array(value.length * value[0].length)
  value.forEach((row, n) => all.set(row, n * row.length))
  return all
}

// What sums and products compute is the same in every browser: recorded is the distance from that.
async function moments(arrays, data) {
  let before = { W: data.W, b: data.b }
  const found = []
  for (const number of facts.moments) {
    await pause()
    const own = (name) => arrays[`${number}/${name}`]
    const from = (name, value) => {
      const exact = from_distance(flat(value), own(name))
      return Array.isArray(value) ? rows(exact, value[0].length) : exact
    }
    if (own('before/W')) before = { W: from('before/W', data.W), b: from('before/b', data.b) }
    const ours = numpy_step(data, before, number, own, from)
    const theirs = facts.fields.map((name) => [name, from_distance(flat(ours[name]), own(`torch/${name}`))])
    found.push({ number, sides: [ours, Object.fromEntries(theirs)], limits: own('limits') })
    before = ours
  }
  return found
}

function numpy_step(data, { W, b }, number, own, from) {
  const { X } = images(data, batch_index({ ...facts, order: data.order }, number - 1))
  const [logP, dZ] = ['logP', 'dZ'].map((name) => rows(own(name), b.length))
  const [dW_near, db_near] = parameter_gradients(X, dZ)
  const [dW, db] = [from('dW', dW_near), from('db', db_near)]
  const [W_near, b_near] = sgd_step(W, b, dW, db, facts.lr)
  return { Z: from('Z', logits(X, W, b)), logP, L: data.loss[0][number - 1], dZ, dW, db, W: from('W', W_near), b: from('b', b_near) }
}
