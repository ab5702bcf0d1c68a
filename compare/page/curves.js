// Loss and accuracy of three implementations, and their differences with the line of the budget.

import { $, abs, clamp, element, facts, max, min, on, round, round_up, say, svg } from './numbers.js'

const [LEFT, BELOW, ABOVE, HEIGHT, MARGIN] = [50, 150, 22, 186, 10]

/** lines: [name, style, values] of each; range, marks: [bottom, top] and numbers of the axis; ends: text below; log: log scale. */
export function chart(title, lines, { count, width, range, marks, ends, log }) {
  const scale = log ? Math.log10 : Number
  const [low, high] = range.map(scale)
  const right = width - MARGIN
  const x = (n) => LEFT + ((right - LEFT) * n) / count
  const y = (value) => BELOW - ((BELOW - ABOVE) * (clamp(scale(value), low, high) - low)) / (high - low)
  const text = (x, y, said, anchor = 'start') => svg('text', { x, y, 'text-anchor': anchor }, said)
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': title }, svg('path', { class: 'axis', d: `M${LEFT} ${ABOVE}V${BELOW}H${right}` }))
  drawing.append(text(LEFT, 13, title), text(LEFT, 164, ends[0]), text(right, 164, ends[1], 'end'), ...marks.map((value) => text(LEFT - 4, y(value) + 4, value < 1e5 ? value : value.toExponential(), 'end')))
  lines.forEach(([name, style, values], i) => {
    const points = Array.from(values, (value, n) => [n + 1, value]).filter(([, value]) => isFinite(value))
    const at = (right * i) / lines.length
    drawing.append(svg('path', { class: style, d: `M${at} 178h20` }), text(at + 24, 182, name))
    if (points.length) drawing.append(svg('path', { class: style, d: `M${points.map(([n, value]) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`).join('L')}h0` }))
  })
  return drawing
}

/** own: [{loss, hits, images}] by step; guessed: per cent by step, as the reader drew them. */
export function show_curves(place, own, recorded, comparable, guessed) {
  const axis = { count: facts.steps, width: clamp(place.clientWidth, 340, 420), ends: ['', `step ${facts.steps}`] }
  const percent = (hits, n) => (100 * hits) / min(facts.batch_size, facts.train - (n % facts.steps_per_epoch) * facts.batch_size)
  const three = ([numpy, torch], ours) => [
    ['NumPy', 'numpy', numpy.slice(0, own.length)],
    ['PyTorch', 'torch', torch.slice(0, own.length)],
    ['this page', 'js', own.map(ours)],
  ]
  const gap = (side) => own.map((one, n) => abs(one.loss - recorded.loss[side][n]) || NaN)
  const losses = three(recorded.loss, (one) => one.loss)
  const top = round_up(max(3, ...own.map(({ loss }) => loss).filter(isFinite)))
  const marks = top > 3 ? [0, top / 2, top] : [0, 1, 2, 3]
  const hits = three(recorded.hits.map((side) => Array.from(side, percent)), (one) => (100 * one.hits) / one.images)
  const accuracy = chart(say('accuracies'), [...hits, ['predicted', 'guess', guessed]], { ...axis, range: [0, 100], marks: [0, 50, 100] })
  accuracy.id = 'accuracy'
  place.replaceChildren(
    chart(say('losses'), losses, { ...axis, range: [0, top], marks }),
    accuracy,
    comparable
      ? chart(say('difference'), [['to NumPy', 'numpy', gap(0)], ['to PyTorch', 'torch', gap(1)], ['budget', 'budget', recorded.limits]], { ...axis, range: [1e-17, 1e-12], marks: [1e-16, 1e-14, 1e-12], log: true })
      : element('p', { class: 'note' }, say('recorded', facts)),
  )
}

/** The pointer draws `guessed` over the chart of the accuracy; on_change after each move. */
export function draw_prediction(place, guessed, on_change) {
  let [last, before] = []
  const draw = ({ clientX, clientY }) => {
    const drawing = $('accuracy')
    const [box, { width }] = [drawing.getBoundingClientRect(), drawing.viewBox.baseVal]
    const [x, y] = [clientX - box.left, clientY - box.top].map((at) => (at * width) / box.width)
    const step = clamp(round(((x - LEFT) / (width - MARGIN - LEFT)) * guessed.length) - 1, 0, guessed.length - 1)
    const [from, to] = [step, last ?? step].sort((a, b) => a - b)
    guessed.fill(clamp((100 * (BELOW - y)) / (BELOW - ABOVE), 0, 100), from, to + 1)
    last = step
    on_change()
  }
  on(place, 'pointerdown', (event) => {
    if (!event.target.closest('#accuracy') || $('prediction').readOnly) return
    event.preventDefault()
    place.setPointerCapture(event.pointerId)
    before = [$('prediction').value, guessed.slice()]
    draw(event)
  })
  on(place, 'pointermove', (event) => last !== undefined && draw(event))
  // a finger that began to draw has scrolled the page
  on(place, 'pointercancel', () => last !== undefined && (guessed.set(before[1]), on_change(before[0])))
  on(place, 'lostpointercapture', () => (last = undefined))
}
