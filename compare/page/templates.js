// Ten rows of W as images, and beside each what the next step will add to it, each in one fixed scale.

import { log_softmax, logits, logits_gradient, parameter_gradients } from './engine.js'
import { digits, draw_signed, element, place_in } from './numbers.js'
import { batch_index } from './train.js'

const SCALES = { W: 0.6, Wx: 0.6, dW: 0.05 }

/** Made once; pointing at a pixel says its number in `out`, a click chooses it: on_pixel(k, d) -> a function of the state, with the next dW. */
export function make_templates(place, out, facts, on_pixel) {
  const [height, width] = facts.shape
  const shown = []
  const canvas = (k, text) => {
    const made = element('canvas', { width, height, role: 'img', 'aria-label': `${text}, ${facts.names[k]}` })
    const at = (event) => place_in(made, event).map(Math.floor)
    made.addEventListener('pointermove', (event) => {
      const [column, line] = at(event)
      const value = shown[k]?.[text]?.[line * width + column]
      if (value !== undefined) out.textContent = `${text}, class ${facts.names[k]}, line ${line}, column ${column}: ${digits(value)}`
    })
    made.addEventListener('click', (event) => on_pixel(k, at(event)[1] * width + at(event)[0]))
    return made
  }
  const pairs = facts.names.map((_, k) => [canvas(k, 'template'), canvas(k, 'next step')])
  place.append(...pairs.map((both, k) => element('figure', {}, ...both, element('figcaption', {}, facts.names[k]))))
  return (state, dW, which) =>
    pairs.forEach((both, k) => {
      const template = which === 'Wx' ? state.W[k].map((value, d) => value * state.x[d]) : state.W[k]
      shown[k] = { template, 'next step': dW[k].map((value) => -state.lr * value) }
      draw_signed(both[0], template, SCALES[which])
      draw_signed(both[1], dW[k].map((value) => -value), SCALES.dW)
    })
}

/** dW of the batch that comes after so many steps, at the weights that are shown; of a large batch its first images. */
export function next_gradient(recorded, { W, b }, chosen, number) {
  const index = batch_index({ order: recorded.order, ...chosen }, number).slice(0, 200)
  const X = index.map(recorded.image)
  const dZ = logits_gradient(log_softmax(logits(X, W, b)), index.map((n) => recorded.labels[n]))
  return parameter_gradients(X, dZ)[0]
}
