// Three things to touch: a shift of the logits, the slope of one weight, and the size of the batch.

import { gradient } from './compare.js'
import { chart } from './curves.js'
import { log_softmax, logits, nll_loss } from './engine.js'
import { abs, draw_signed, element, facts, floor, labelled, make_bars, make_canvas, max, notes, on, place_in, read_number, say } from './numbers.js'

/** batch(N): the first images of the run -> {show, nudge} */
export function make_touch(place, state, batch) {
  const nudge = make_nudge(state)
  const cards = [make_shift(state), nudge, make_sizes(state, batch)]
  place.append(...cards.map(({ card }) => card))
  return { show: () => cards.forEach(({ show }) => show()), nudge: nudge.choose }
}

function card(title, ...children) {
  return element('div', { class: 'card' }, element('h3', {}, say(title)), ...children)
}

function note(name) {
  return element('p', { class: 'note' }, notes[name])
}

function slider(text, low, high, value, on_input) {
  const { input, label } = labelled(say(text), 'input', { type: 'range', min: low, max: high, value })
  const shown = element('output', {}, String(value))
  on(input, 'input', () => ((shown.textContent = input.value), on_input()))
  return { input, line: element('p', {}, label, shown) }
}

function make_shift(state) {
  const [Z, P, out] = [make_bars('Z'), make_bars('P', { positive: true }), element('p', { role: 'status' })]
  const shifted = labelled(say('as_code'), 'input', { type: 'checkbox', checked: '' })
  const show = () => {
    const c = Number(input.value)
    const [z] = logits([state.x], state.W, state.b)
    const moved = z.map((value) => value + c)
    const m = shifted.input.checked ? max(...moved) : 0
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
  const { input, line } = slider('number_c', -1000, 1000, 0, show)
  on(shifted.input, 'change', show)
  return { card: card('card_shift', line, shifted.label, note('shift'), Z.table, P.table, out), show }
}

function make_nudge(state) {
  const [height, width] = facts.shape
  const places = Object.entries({ class: facts.classes, line: height, column: width }).map(([text, count]) => labelled(`${text} 0 to ${count - 1}`, 'input', { type: 'text', inputmode: 'numeric', min: 0, max: count - 1 }))
  const [canvas, text, plot] = [make_canvas('template of this class'), element('p', { class: 'digits', role: 'status' }), element('div')]
  const choose = (k, d) => {
    ;[k, floor(d / width), d % width].forEach((value, i) => (places[i].input.value = value))
    show()
  }
  const show = () => {
    const [k, line, column] = places.map(({ input }) => read_number(input))
    const d = line * width + column
    const { slope, secants } = slopes(state, k, d)
    const n = Number(input.value) - 1
    draw_signed(canvas, state.W[k], state.full.W)
    canvas.getContext('2d').strokeRect(column - 0.5, line - 0.5, 2, 2)
    text.textContent = say(state.x[d] ? 'weight' : 'weight_of_paper', { k, d, line, width, column, weight: state.W[k][d], secant: secants[n], slope })
    const errors = secants.map((secant) => max(1e-16, abs(secant - slope)))
    const lines = [{ name: 'error', style: 'js', values: errors }, { name: 'h of the slider', style: 'dot', values: errors.map((error, i) => (i === n ? error : NaN)) }]
    plot.replaceChildren(chart(say('error'), lines, { count: 15, width: 320, range: [1e-12, 1], marks: [1, 1e-7, 1e-12], ends: ['h = 0.1', 'h = 1e-15'], log: true }))
  }
  on(canvas, 'click', (event) => {
    const [column, line] = place_in(canvas, event).map(floor)
    choose(Number(places[0].input.value), line * width + column)
  })
  for (const { input } of places) on(input, 'change', show)
  const { input, line } = slider('power', 1, 15, 3, show)
  const made = card('card_nudge', element('p', {}, `${say('click')} `, ...places.map(({ label }) => label)), canvas, line, text, plot, note('nudge'))
  choose(state.label, max(0, state.x.findIndex((value, d) => value > 0.5 && d > 0.45 * state.x.length)))
  return { card: made, show, choose }
}

// The secants are for h = 10^-1 ... 10^-15.
function slopes({ x, label, W, b }, k, d) {
  const loss = (h) => nll_loss(log_softmax(logits([x], W.map((row, i) => (i === k ? row.with(d, row[d] + h) : row)), b)), [label])
  const here = loss(0)
  const secants = Array.from({ length: 15 }, (_, i) => 10 ** -(i + 1)).map((h) => (loss(h) - here) / h)
  return { slope: gradient({ X: [x], y: [label] }, { W, b }).dW[k][d], secants }
}

function make_sizes(state, batch) {
  const { input, label } = labelled(say('in_batch'), 'select', {}, ...[1, 2, 10, 100].map((N) => element('option', {}, String(N))))
  const out = element('p', { class: 'digits' })
  const show = () => {
    const N = Number(input.value)
    const { X, y } = batch(N)
    const { logP, dZ, dW } = gradient({ X, y }, state)
    const largest = max(...dW.map((row) => max(...row.map(abs))))
    out.textContent = say('batch', { P: Math.exp(logP[0][y[0]]), N, dZ: dZ[0][y[0]], mean: largest, sum: N * largest })
  }
  on(input, 'change', show)
  return { card: card('card_sizes', element('p', {}, label), out, note('sizes')), show }
}
