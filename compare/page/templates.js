// Ten rows of W as images, in one fixed scale.

import { draw_signed, element } from './numbers.js'

const SCALES = { W: 0.6, Wx: 0.6, dW: 0.05 }

export function show_templates(place, state, facts, which) {
  const [height, width] = facts.shape
  const values = {
    W: (k) => state.W[k],
    Wx: (k) => state.W[k].map((value, d) => value * state.x[d]),
    dW: (k) => state.dW[k].map((value) => -value),
  }[which]
  const figures = facts.names.map((name, k) => {
    const canvas = element('canvas', { width, height, role: 'img', 'aria-label': `template of ${name}` })
    draw_signed(canvas, values(k), SCALES[which])
    return element('figure', {}, canvas, element('figcaption', {}, name))
  })
  place.replaceChildren(...figures)
}
