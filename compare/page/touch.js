// Three things to touch: a shift of the logits, the slope of one weight, and the size of the batch.

import { gradient } from './compare.js'
import { chart } from './curves.js'
import { log_softmax, logits, nll_loss } from './engine.js'
import { $, abs, draw_signed, floor, make_bars, max, on, place_in, read_number, say } from './numbers.js'

/** batch(N): the first images of the run -> {show, nudge} */
export function make_touch(state, batch) {
  const [nudge, show_weight] = make_nudge(state)
  const all = [make_shift(state), show_weight, make_sizes(state, batch)]
  return { show: () => all.forEach((show) => show()), nudge }
}

function make_shift(state) {
  const [Z, P, out] = [make_bars('Z'), make_bars('P', { positive: true }), $('shift-out')]
  $('shifted').append(Z.table, P.table)
  const show = () => {
    const c = Number(($('shift-text').textContent = $('shift').value))
    const [z] = logits([state.x], state.W, state.b)
    const moved = z.map((value) => value + c)
    const m = $('as-code').checked ? max(...moved) : 0
    const sum = moved.reduce((part, value) => part + Math.exp(value - m), 0)
    const p = moved.map((value) => Math.exp(value - m) / sum)
    const before = log_softmax([z])[0].map(Math.exp)
    const gap = max(...p.map((value, k) => abs(value - before[k])))
    Z.set(moved, state.label)
    P.set(p, state.label)
    const is_kept = gap < 1e-9
    out.className = is_kept ? '' : 'warning'
    out.textContent = say(is_kept ? 'shift_kept' : 'shift_lost', { largest: max(...moved) - m, sum, gap })
  }
  on('shift', 'input', show)
  on('as-code', 'change', show)
  return show
}

function make_nudge(state) {
  const [canvas, boxes] = [$('nudged'), ['class', 'line', 'column'].map($)]
  const { width } = canvas
  const choose = (k, d) => {
    ;[k, floor(d / width), d % width].forEach((value, i) => (boxes[i].value = value))
    show()
  }
  const show = () => {
    const [k, line, column] = boxes.map(read_number)
    const d = line * width + column
    const { slope, secants } = slopes(state, k, d)
    const n = ($('power-text').textContent = $('power').value) - 1
    draw_signed(canvas, state.W[k], state.full.W)
    canvas.getContext('2d').strokeRect(column - 0.5, line - 0.5, 2, 2)
    $('nudge-out').textContent = say(state.x[d] ? 'weight' : 'weight_of_paper', { k, d, line, width, column, weight: state.W[k][d], secant: secants[n], slope })
    const errors = secants.map((secant) => max(1e-16, abs(secant - slope)))
    const lines = [['error', 'js', errors], ['h of the slider', 'dot', errors.map((error, i) => (i === n ? error : NaN))]]
    $('secants').replaceChildren(chart(say('error'), lines, { count: 15, width: 320, range: [1e-12, 1], marks: [1, 1e-7, 1e-12], ends: ['h = 0.1', 'h = 1e-15'], log: true }))
  }
  on(canvas, 'click', (event) => {
    const [column, line] = place_in(canvas, event).map(floor)
    choose(boxes[0].value, line * width + column)
  })
  for (const box of boxes) on(box, 'change', show)
  on('power', 'input', show)
  choose(state.label, max(0, state.x.findIndex((value, d) => value > 0.5 && d > 0.45 * state.x.length)))
  return [choose, show]
}

// The secants are for h = 10^-1 ... 10^-15.
function slopes({ x, label, W, b }, k, d) {
  const loss = (h) => nll_loss(log_softmax(logits([x], W.map((row, i) => (i === k ? row.with(d, row[d] + h) : row)), b)), [label])
  const here = loss(0)
  const secants = Array.from({ length: 15 }, (_, i) => 10 ** -(i + 1)).map((h) => (loss(h) - here) / h)
  return { slope: gradient({ X: [x], y: [label] }, { W, b }).dW[k][d], secants }
}

function make_sizes(state, batch) {
  const show = () => {
    const N = Number($('in-batch').value)
    const { X, y } = batch(N)
    const { logP, dZ, dW } = gradient({ X, y }, state)
    const largest = max(...dW.map((row) => max(...row.map(abs))))
    $('batch-out').textContent = say('batch', { P: Math.exp(logP[0][y[0]]), N, dZ: dZ[0][y[0]], mean: largest, sum: N * largest })
  }
  on('in-batch', 'change', show)
  return show
}
