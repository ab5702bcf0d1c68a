// Loss and accuracy of three implementations on each other, and below their differences with the line of the budget.

import { svg } from './numbers.js'

const [WIDTH, LEFT, RIGHT] = [640, 52, 628]

/** lines: [{name, style, values}], values by step; top, bottom: the range of the axis. */
function chart(title, lines, steps, bottom, top, marks, scale = (value) => value) {
  const drawing = svg('svg', { viewBox: `0 0 ${WIDTH} 190`, role: 'img', 'aria-label': title })
  const x = (step) => LEFT + ((RIGHT - LEFT) * step) / Math.max(1, steps)
  const y = (value) => 150 - (130 * (Math.min(scale(top), Math.max(scale(bottom), scale(value))) - scale(bottom))) / (scale(top) - scale(bottom))
  drawing.append(svg('path', { class: 'axis', d: `M${LEFT} 20V150H${RIGHT}` }), svg('text', { x: LEFT, y: 13 }, title))
  for (const [value, text] of marks) drawing.append(svg('text', { x: LEFT - 4, y: y(value) + 4, 'text-anchor': 'end' }, text))
  lines.forEach(({ name, style, values }, i) => {
    const points = values.map((value, n) => [n + 1, value]).filter(([, value]) => Number.isFinite(value) && value !== null)
    if (points.length) drawing.append(svg('path', { class: style, d: 'M' + points.map(([n, value]) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`).join('L') }))
    drawing.append(svg('path', { class: style, d: `M${LEFT + 145 * i} 176h28` }), svg('text', { x: LEFT + 33 + 145 * i, y: 180 }, name))
  })
  drawing.append(svg('text', { x: RIGHT, y: 165, 'text-anchor': 'end' }, `step ${steps}`))
  return drawing
}

/** own: [{loss, hits, images}] by step; recorded as in recording.js. */
export function show_curves(place, own, recorded, facts, comparable) {
  const steps = Math.max(facts.steps, own.length)
  const share = (hits, n) => hits / Math.min(facts.batch_size, facts.train - (n % facts.steps_per_epoch) * facts.batch_size)
  const sides = (make, values) => [
    { name: 'NumPy', style: 'numpy', values: Array.from(recorded[values][0], make) },
    { name: 'PyTorch', style: 'torch', values: Array.from(recorded[values][1], make) },
  ]
  const losses = [...sides((value) => value, 'loss'), { name: 'this page', style: 'js', values: own.map((one) => one.loss) }]
  const hits = [...sides(share, 'hits'), { name: 'this page', style: 'js', values: own.map((one) => one.hits / one.images) }]
  const gap = (side) => own.slice(0, facts.steps).map((one, n) => Math.abs(one.loss - recorded.loss[side][n]) || null)
  const differences = [
    { name: 'to NumPy', style: 'numpy', values: gap(0) },
    { name: 'to PyTorch', style: 'torch', values: gap(1) },
    { name: 'budget', style: 'budget', values: Array.from(recorded.limits) },
  ]
  const made = [
    chart('Loss of each batch, in nats', losses, steps, 0, 3, [[0, '0'], [1, '1'], [2, '2'], [3, '3']]),
    chart('Accuracy of each batch, in %', hits, steps, 0, 1, [[0, '0'], [0.5, '50'], [1, '100']]),
  ]
  if (comparable) made.push(chart('Difference of the loss, log scale', differences, steps, 1e-17, 1e-12, [[1e-16, '1e-16'], [1e-14, '1e-14'], [1e-12, '1e-12']], Math.log10))
  place.replaceChildren(...made)
}
