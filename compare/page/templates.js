// The rows of W as images, and beside each what the next step adds to it.

import { $, digits, draw_signed, element, facts, floor, make_canvas, max, on, place_in, say } from './numbers.js'

/** What the step after `number` adds to W, by the dW of its N images; the velocity is known by what the step before added. */
export function added({ lr, momentum, sum, weights }, number, dW, N) {
  const before = weights[max(0, number - 1)].W
  return weights[number].W.map((row, k) => row.map((w, d) => momentum * (w - before[k][d]) - lr * (sum ? N : 1) * dW[k][d]))
}

/** A click calls on_pixel(k, d) -> a function of the state, the run, and what is shown. */
export function make_templates(on_pixel) {
  const [{ names, shape }, out] = [facts, $('pixel')]
  const shown = []
  const canvas = (k, text) => {
    const made = make_canvas(`${text}, ${names[k]}`)
    const read = (event) => {
      const [column, line] = place_in(made, event).map(floor)
      const d = line * shape[1] + column
      out.textContent = `${text}, class ${names[k]}, line ${line}, column ${column}: ${digits(shown[k][text][d])}`
      return d
    }
    on(made, 'pointermove', read)
    // a finger has not pointed at it before
    on(made, 'click', (event) => {
      on_pixel(k, read(event))
      out.textContent += say('chosen')
    })
    return made
  }
  const pairs = names.map((_, k) => [canvas(k, 'template'), canvas(k, 'next step')])
  const captions = pairs.map((both) => both.map(() => element('span')))
  $('template-images').append(...pairs.map((both, k) => element('figure', {}, ...both, element('figcaption', {}, ...captions[k]))))
  return ({ W, x, full }, { lr, momentum, sum, batch_size, added }, which) => {
    const largest = (lr * full.dW * (sum ? batch_size : 1)) / (1 - momentum)
    $('full').textContent = say('full', { W: String(full.W), largest })
    pairs.forEach((both, k) => {
      const template = which !== 'W' ? W[k].map((value, d) => value * x[d]) : W[k]
      shown[k] = { template, 'next step': added[k] }
      ;[which, momentum ? '−η v' : '−η dW'].forEach((symbol, i) => (captions[k][i].textContent = `${names[k]}: ${symbol}`))
      draw_signed(both[0], template, full.W)
      draw_signed(both[1], added[k], largest)
    })
  }
}
