// Ten images to choose from, with the mistakes of the model among them.

import { draw_grey, element, facts, make_canvas, on } from './numbers.js'
import { images } from './train.js'

/** on_image(n): one was chosen -> a function of the state and predicted(x). */
export function make_picker(place, recorded, on_image) {
  const buttons = Array.from({ length: 10 }, () => element('button', {}, make_canvas('image')))
  for (const button of buttons) on(button, 'click', () => on_image(button.value))
  place.append(...buttons)
  return ({ index, drawn }, predicted) =>
    buttons.forEach((button, i) => {
      const n = index - (index % buttons.length) + i
      button.hidden = n >= recorded.labels.length
      if (button.hidden) return
      const { X, y } = images(recorded, [n])
      const wrong = predicted(X[0]) !== y[0]
      draw_grey(button.firstChild, X[0])
      button.value = n
      button.className = wrong ? 'mistaken' : ''
      button.ariaPressed = n === index && !drawn
      button.ariaLabel = `image ${n}, labelled ${facts.names[y[0]]}${wrong ? ', a mistake' : ''}`
    })
}
