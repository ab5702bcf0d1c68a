// The rows of W as images, and beside each what the next step adds to it.

import { digits, draw_signed, element, facts, make_canvas, on, place_in } from './numbers.js'

/** A click calls on_pixel(k, d) -> a function of the state, the next dW, and what is shown. */
export function make_templates(place, out, on_pixel) {
  const { names, shape } = facts
  const shown = []
  const canvas = (k, text) => {
    const made = make_canvas(`${text}, ${names[k]}`)
    const pixel = (event) => {
      const [column, line] = place_in(made, event).map(Math.floor)
      return { d: line * shape[1] + column, where: `line ${line}, column ${column}` }
    }
    on(made, 'pointermove', (event) => {
      const { d, where } = pixel(event)
      out.textContent = `${text}, class ${names[k]}, ${where}: ${digits(shown[k][text][d])}`
    })
    on(made, 'click', (event) => on_pixel(k, pixel(event).d))
    return made
  }
  const pairs = names.map((_, k) => [canvas(k, 'template'), canvas(k, 'next step')])
  const captions = pairs.map((both) => both.map(() => element('span')))
  place.append(...pairs.map((both, k) => element('figure', {}, ...both, element('figcaption', {}, ...captions[k]))))
  return ({ W, x, lr, full }, dW, which) =>
    pairs.forEach((both, k) => {
      const template = which !== 'W' ? W[k].map((value, d) => value * x[d]) : W[k]
      shown[k] = { template, 'next step': dW[k].map((value) => -lr * value) }
      ;[which, '−η dW'].forEach((symbol, i) => (captions[k][i].textContent = `${names[k]}: ${symbol}`))
      draw_signed(both[0], template, full.W)
      draw_signed(both[1], shown[k]['next step'], lr * full.dW)
    })
}
