// Loss and accuracy of three implementations on each other, and below their differences with the line of the budget.

import { svg } from './numbers.js'

const [LEFT, BELOW, ABOVE, HEIGHT] = [44, 150, 20, 190]

/** lines: [{name, style, values}], values by step; range: [bottom, top] of the axis; marks: [value, text]. */
function chart(title, lines, steps, width, [bottom, top], marks, scale = (value) => value) {
  const right = width - 8
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': title })
  const x = (step) => LEFT + ((right - LEFT) * step) / Math.max(1, steps)
  const y = (value) => BELOW - ((BELOW - ABOVE) * (Math.min(scale(top), Math.max(scale(bottom), scale(value))) - scale(bottom))) / (scale(top) - scale(bottom))
  drawing.append(svg('path', { class: 'axis', d: `M${LEFT} ${ABOVE}V${BELOW}H${right}` }), svg('text', { x: LEFT, y: 13 }, title))
  for (const [value, text] of marks) drawing.append(svg('text', { x: LEFT - 4, y: y(value) + 4, 'text-anchor': 'end' }, text))
  lines.forEach(({ name, style, values }, i) => {
    const points = Array.from(values, (value, n) => [n + 1, value]).filter(([, value]) => Number.isFinite(value))
    if (points.length) drawing.append(svg('path', { class: style, d: 'M' + points.map(([n, value]) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`).join('L') }))
    const at = LEFT + (((right - LEFT) * i) / lines.length)
    drawing.append(svg('path', { class: style, d: `M${at} 176h20` }), svg('text', { x: at + 24, y: 180 }, name))
  })
  drawing.append(svg('text', { x: right, y: 163, 'text-anchor': 'end' }, `step ${steps}`))
  return drawing
}

/** own: [{loss, hits, images}] by step; recorded as in recording.js; guessed: accuracy by step, as the reader drew it. */
export function show_curves(place, own, recorded, facts, comparable, guessed) {
  const width = Math.min(560, Math.max(280, place.clientWidth))
  const share = (hits, n) => hits / Math.min(facts.batch_size, facts.train - (n % facts.steps_per_epoch) * facts.batch_size)
  const three = (make, values, ours) => [
    { name: 'NumPy', style: 'numpy', values: Array.from(recorded[values][0], make) },
    { name: 'PyTorch', style: 'torch', values: Array.from(recorded[values][1], make) },
    { name: 'this page', style: 'js', values: own.map(ours) },
  ]
  const gap = (side) => own.map((one, n) => Math.abs(one.loss - recorded.loss[side][n]) || NaN)
  const differences = [
    { name: 'to NumPy', style: 'numpy', values: gap(0) },
    { name: 'to PyTorch', style: 'torch', values: gap(1) },
    { name: 'budget', style: 'budget', values: recorded.limits },
  ]
  const losses = three((value) => value, 'loss', (one) => one.loss)
  const hits = [...three(share, 'hits', (one) => one.hits / one.images), { name: 'predicted', style: 'guess', values: guessed }]
  const accuracy = chart('Accuracy of each batch, in % (draw your prediction here)', hits, facts.steps, width, [0, 1], [[0, '0'], [0.5, '50'], [1, '100']])
  accuracy.id = 'accuracy'
  const made = [chart('Loss of each batch, in nats', losses, facts.steps, width, [0, 3], [[0, '0'], [1, '1'], [2, '2'], [3, '3']]), accuracy]
  if (comparable) made.push(chart('Difference of the loss, log scale', differences, facts.steps, width, [1e-17, 1e-12], [[1e-16, '1e-16'], [1e-14, '1e-14'], [1e-12, '1e-12']], Math.log10))
  place.replaceChildren(...made)
}

/** The pointer draws a line over the chart of the accuracy: guessed by step; on_change after each move. */
export function draw_prediction(place, guessed, on_change) {
  place.addEventListener('pointerdown', (event) => {
    if (!event.target.closest('#accuracy')) return
    event.preventDefault()
    guessed.fill(NaN)
    let last
    const at = ({ clientX, clientY }) => {
      const drawing = document.getElementById('accuracy')
      const [box, [, , width]] = [drawing.getBoundingClientRect(), drawing.getAttribute('viewBox').split(' ').map(Number)]
      const [x, y] = [((clientX - box.left) / box.width) * width, ((clientY - box.top) / box.height) * HEIGHT]
      const step = Math.round(((x - LEFT) / (width - 8 - LEFT)) * guessed.length) - 1
      const share = Math.min(1, Math.max(0, (BELOW - y) / (BELOW - ABOVE)))
      for (let n = Math.max(0, Math.min(step, last ?? step)); n <= Math.min(guessed.length - 1, Math.max(step, last ?? step)); n++) guessed[n] = share
      last = step
      on_change()
    }
    const stop = () => place.removeEventListener('pointermove', at)
    place.setPointerCapture(event.pointerId)
    place.addEventListener('pointermove', at)
    place.addEventListener('pointerup', stop, { once: true })
    place.addEventListener('pointercancel', stop, { once: true })
    at(event)
  })
}
