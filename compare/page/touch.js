// Three things to touch: a shift of the logits, the slope of one weight, and the size of the batch.

import { gradient } from './compare.js'
import { chart } from './curves.js'
import { log_softmax, logits, nll_loss } from './engine.js'
import { clamp, digits, draw_signed, element, labelled, make_bars, make_canvas, on, place_in } from './numbers.js'

/** batch(N) -> the first images of the run -> {show, nudge}: show reads the state again. */
export function make_touch(place, state, facts, notes, batch) {
  const nudge = make_nudge(state, facts, notes)
  const cards = [make_shift(state, facts, notes), nudge, make_sizes(state, notes, batch)]
  place.append(...cards.map(({ card }) => card))
  return { show: () => cards.forEach(({ show }) => show()), nudge: nudge.choose }
}

function card(title, ...children) {
  return element('div', { class: 'card' }, element('h3', {}, title), ...children)
}

function note(text) {
  return element('p', { class: 'note' }, text)
}

function slider(text, low, high, value, on_input) {
  const { input, label } = labelled(text, 'input', { type: 'range', min: low, max: high, value })
  const shown = element('output', {}, String(value))
  on(input, 'input', () => ((shown.textContent = input.value), on_input()))
  return { input, line: element('p', {}, label, shown) }
}

function make_shift(state, { names }, notes) {
  const [Z, P, out] = [make_bars('Z', names), make_bars('P', names, { positive: true }), element('p', { role: 'status' })]
  const shifted = labelled('Shift by the maximum, as the code does', 'input', { type: 'checkbox', checked: '' })
  const show = () => {
    const c = Number(input.value)
    const [z] = logits([state.x], state.W, state.b)
    const moved = z.map((value) => value + c)
    const m = shifted.input.checked ? Math.max(...moved) : 0
    const sum = moved.reduce((part, value) => part + Math.exp(value - m), 0)
    const p = moved.map((value) => Math.exp(value - m) / sum)
    const before = log_softmax([z])[0].map(Math.exp)
    const gap = Math.max(...p.map((value, k) => Math.abs(value - before[k])))
    Z.set(moved, state.label)
    P.set(p, state.label)
    out.className = gap < 1e-9 ? '' : 'warning'
    out.textContent = `The largest exponent is ${digits(Math.max(...moved) - m)}, Σ exp = ${digits(sum)}. ` + (gap < 1e-9
      ? `P changes by ${digits(gap)}${gap ? ', which is rounding' : ''}: ${notes.shift_kept}`
      : notes.shift_lost)
  }
  const { input, line } = slider('Number c', -1000, 1000, 0, show)
  on(shifted.input, 'change', show)
  return { card: card('Add a number c to all logits', line, shifted.label, note(notes.shift), Z.table, P.table, out), show }
}

function make_nudge(state, { classes, shape }, notes) {
  const [height, width] = shape
  const places = Object.entries({ class: classes, line: height, column: width }).map(([text, count]) => labelled(text, 'input', { type: 'number', min: 0, max: count - 1 }))
  const [canvas, text, plot] = [make_canvas(shape, 'template of this class'), element('p', { class: 'digits', role: 'status' }), element('div')]
  const choose = (k, d) => {
    ;[k, Math.floor(d / width), d % width].forEach((value, i) => (places[i].input.value = value))
    show()
  }
  const show = () => {
    const [k, line, column] = places.map(({ input }) => clamp(Math.round(input.value) || 0, 0, input.max))
    const d = line * width + column
    const { slope, secants } = slopes(state, k, d)
    const n = Number(input.value) - 1
    draw_signed(canvas, state.W[k], 0.6)
    canvas.getContext('2d').strokeRect(column - 0.5, line - 0.5, 2, 2)
    text.textContent = `W[${k}, ${d}] = ${digits(state.W[k][d])}: secant ${digits(secants[n])}, gradient ${digits(slope)}${state.x[d] ? '' : '. This pixel is black here: its weight does nothing'}`
    const errors = secants.map((secant) => Math.max(1e-16, Math.abs(secant - slope)))
    const lines = [{ name: 'error', style: 'js', values: errors }, { name: 'your h', style: 'dot', values: errors.map((error, i) => (i === n ? error : NaN)) }]
    plot.replaceChildren(chart('Error of the secant, log scale', lines, { count: 15, width: 320, range: [1e-12, 1], marks: [1, 1e-7, 1e-12], ends: ['h = 0.1', 'h = 1e-15'], log: true }))
  }
  on(canvas, 'click', (event) => {
    const [column, line] = place_in(canvas, event).map(Math.floor)
    choose(Number(places[0].input.value), line * width + column)
  })
  for (const { input } of places) on(input, 'change', show)
  const { input, line } = slider('h = 10 to the power of minus', 1, 15, 3, show)
  const made = card('Nudge one weight', element('p', {}, 'Click a pixel, or type: ', ...places.map(({ label }) => label)), canvas, line, text, plot, note(notes.nudge))
  choose(state.label, Math.max(0, state.x.findIndex((value, d) => value > 0.5 && d > 0.45 * state.x.length)))
  return { card: made, show, choose }
}

// The gradient of one weight, and the secants of the loss by it for h = 10^-1 ... 10^-15.
function slopes({ x, label, W, b }, k, d) {
  const loss = (h) => nll_loss(log_softmax(logits([x], W.map((row, i) => (i === k ? row.with(d, row[d] + h) : row)), b)), [label])
  const here = loss(0)
  const secants = Array.from({ length: 15 }, (_, i) => 10 ** -(i + 1)).map((h) => (loss(h) - here) / h)
  return { slope: gradient({ X: [x], y: [label] }, { W, b }).dW[k][d], secants }
}

function make_sizes(state, notes, batch) {
  const { input, label } = labelled('Images in the batch', 'select', {}, ...[1, 2, 10, 100].map((N) => element('option', {}, String(N))))
  const out = element('p', { class: 'digits' })
  const show = () => {
    const N = Number(input.value)
    const { X, y } = batch(N)
    const { logP, dZ, dW } = gradient({ X, y }, state)
    const largest = Math.max(...dW.map((row) => Math.max(...row.map(Math.abs))))
    out.textContent = `First image: dZ at its label = (P − 1) / N = (${digits(Math.exp(logP[0][y[0]]))} − 1) / ${N} = ${digits(dZ[0][y[0]])}. Largest |dW|: ${digits(largest)} as a mean, ${digits(N * largest)} as a sum.`
  }
  on(input, 'change', show)
  return { card: card('A batch of 1, 2 or 100', element('p', {}, label), out, note(notes.sizes)), show }
}
