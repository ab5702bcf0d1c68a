// Four things to touch: a shift of the logits, their overflow, the slope of one weight, and the size of the batch.

import { log_softmax, logits, logits_gradient, nll_loss, parameter_gradients } from './engine.js'
import { digits, element, make_bars, place_in, draw_signed, svg } from './numbers.js'

/** The cards, made once; batch(N) -> the first images of the run. -> {show, nudge}: show reads the state again. */
export function make_touch(place, state, facts, batch) {
  const nudge = make_nudge(state, facts)
  const cards = [make_shift(state, facts), make_overflow(state, facts), nudge, make_sizes(state, batch)]
  place.append(...cards.map(({ card }) => card))
  return { show: () => cards.forEach(({ show }) => show()), nudge: nudge.choose }
}

function card(title, ...children) {
  return element('div', { class: 'card' }, element('h3', {}, title), ...children)
}

function slider(text, low, high, value, on_input) {
  const input = element('input', { type: 'range', min: low, max: high, step: 1, value })
  const shown = element('output', {}, String(value))
  input.addEventListener('input', () => ((shown.textContent = input.value), on_input()))
  return { input, line: element('p', {}, element('label', {}, `${text} `, input), ' ', shown) }
}

function number(text, high) {
  const input = element('input', { type: 'number', min: 0, max: high, value: 0 })
  return { input, label: element('label', {}, `${text} `, input, ' ') }
}

function make_shift(state, facts) {
  const [Z, P, out] = [make_bars('Z', facts.names), make_bars('P', facts.names, { positive: true }), element('p')]
  const show = () => {
    const c = Number(input.value)
    const [z] = logits([state.x], state.W, state.b)
    const [before, after] = [z, z.map((value) => value + c)].map((row) => log_softmax([row])[0].map(Math.exp))
    Z.set(z.map((value) => value + c), state.label)
    P.set(after, state.label)
    const gap = Math.max(...before.map((p, k) => Math.abs(p - after[k])))
    out.textContent = `P changes by ${digits(gap)}${gap ? ', which is rounding' : ''}: the factor e^${c} stands above and below the line of the fraction, and cancels.`
  }
  const { input, line } = slider('Number', -50, 50, 0, show)
  return { card: card('Add a number to all logits', line, Z.table, P.table, out), show }
}

function make_overflow(state, facts) {
  const [large, shifted] = [element('input', { type: 'checkbox' }), element('input', { type: 'checkbox', checked: '' })]
  const [logP, out] = [make_bars('logP', facts.names), element('p', { role: 'status' })]
  const show = () => {
    const [z] = logits([state.x], state.W, state.b)
    const row = z.map((value) => (large.checked ? 1000 + value : value))
    const m = shifted.checked ? Math.max(...row) : 0
    const sum = row.map((value) => Math.exp(value - m)).reduce((a, b) => a + b, 0)
    logP.set(row.map((value) => value - m - Math.log(sum)), state.label)
    out.className = Number.isFinite(sum) ? '' : 'warning'
    out.textContent = Number.isFinite(sum)
      ? `Σ exp = ${digits(sum)}. The largest exponent is ${digits(Math.max(...row) - m)}.`
      : 'Σ exp = inf: e^1000 is above every float64, and log P is lost. Shifted by the maximum, no exponent is above 0.'
  }
  for (const box of [large, shifted]) box.addEventListener('change', show)
  const boxes = element('p', {}, element('label', {}, large, ' make logits 1,000'), ' ', element('label', {}, shifted, ' shift by the maximum'))
  return { card: card('Logits of 1,000', boxes, logP.table, out), show }
}

function make_nudge(state, facts) {
  const [height, width] = facts.shape
  const places = [number('class', facts.classes - 1), number('line', height - 1), number('column', width - 1)]
  const [canvas, text, plot] = [element('canvas', { width, height, role: 'img', 'aria-label': 'template of this class' }), element('p', { class: 'digits', role: 'status' }), element('div')]
  const choose = (k, d) => {
    ;[k, Math.floor(d / width), d % width].forEach((value, i) => (places[i].input.value = value))
    show()
  }
  const show = () => {
    const [k, line, column] = places.map(({ input }) => Math.min(Number(input.max), Math.max(0, Math.round(Number(input.value)) || 0)))
    const d = line * width + column
    const { gradient, errors, secant } = slopes(state, k, d)
    draw_signed(canvas, state.W[k], 0.6)
    canvas.getContext('2d').strokeRect(column - 0.5, line - 0.5, 2, 2)
    const h = 10 ** -Number(input.value)
    text.textContent = `W[${k}, ${d}] = ${digits(state.W[k][d])}: secant ${digits(secant(h))}, gradient ${digits(gradient)}${state.x[d] ? '' : '. This pixel is black here: its weight does nothing'}`
    plot.replaceChildren(u_curve(errors, Number(input.value)))
  }
  canvas.addEventListener('click', (event) => {
    const [column, line] = place_in(canvas, event).map(Math.floor)
    choose(Number(places[0].input.value), line * width + column)
  })
  for (const { input } of places) input.addEventListener('change', show)
  const { input, line } = slider('h = 10 to the power of minus', 1, 15, 3, show)
  const note = element('p', { class: 'note' }, 'The secant is (L(W + h) − L(W)) / h. A large h follows the curve, not its slope; a tiny one subtracts two nearly equal numbers, and digits are lost. The best is between: the error has the form of a U.')
  const made = card('Nudge one weight', element('p', {}, 'Click a pixel, or type: ', ...places.map(({ label }) => label)), canvas, line, text, plot, note)
  const lit = state.x.findIndex((value, d) => value > 0.5 && d > (state.x.length * 9) / 20)
  ;[state.label, Math.floor(lit / width), lit % width].forEach((value, i) => (places[i].input.value = Math.max(0, value)))
  return { card: made, show, choose }
}

// The gradient of one weight, and the error of the secant by its step h = 10^-1 ... 10^-15.
function slopes(state, k, d) {
  const [X, y] = [[state.x], [state.label]]
  const moved = (h) => state.W.map((row, class_) => (class_ === k ? row.map((value, pixel) => (pixel === d ? value + h : value)) : row))
  const loss = (W) => nll_loss(log_softmax(logits(X, W, state.b)), y)
  const dZ = logits_gradient(log_softmax(logits(X, state.W, state.b)), y)
  const gradient = parameter_gradients(X, dZ)[0][k][d]
  const secant = (h) => (loss(moved(h)) - loss(state.W)) / h
  const errors = Array.from({ length: 15 }, (_, i) => [i + 1, Math.abs(secant(10 ** -(i + 1)) - gradient)])
  return { gradient, errors, secant }
}

function u_curve(errors, chosen) {
  const drawing = svg('svg', { viewBox: '0 0 320 150', role: 'img', 'aria-label': 'The error of the secant by the step h, on a log scale: a U' })
  const x = (n) => 30 + 18.5 * n
  const y = (error) => 130 - Math.max(0, Math.min(16, Math.log10(error || 1e-16) + 16)) * 7.5
  drawing.append(svg('path', { class: 'js', d: `M${errors.map(([n, error]) => `${x(n)},${y(error)}`).join('L')}` }))
  drawing.append(svg('circle', { cx: x(chosen), cy: y(errors[chosen - 1][1]), r: 5, fill: 'currentColor' }))
  for (const [at, text] of [[30, 'h = 0.1'], [150, '1e-8'], [270, '1e-15']]) drawing.append(svg('text', { x: at, y: 147 }, text))
  for (const [error, text] of [[1, 'error 1'], [1e-16, '1e-16']]) drawing.append(svg('text', { x: 0, y: y(error) + 4 }, text))
  return drawing
}

function make_sizes(state, batch) {
  const choose = element('select', {}, ...[1, 2, 10, 100].map((N) => element('option', {}, String(N))))
  const out = [element('p', { class: 'digits' }), element('p', { class: 'digits' })]
  const show = () => {
    const N = Number(choose.value)
    const { X, y } = batch(N)
    const logP = log_softmax(logits(X, state.W, state.b))
    const dZ = logits_gradient(logP, y)
    const largest = (factor) => digits(Math.max(...parameter_gradients(X, dZ)[0].map((row) => factor * Math.max(...row.map(Math.abs)))))
    out[0].textContent = `dZ[0, label] = (${digits(Math.exp(logP[0][y[0]]))} − 1) / ${N} = ${digits(dZ[0][y[0]])}`
    out[1].textContent = `largest |dW|: ${largest(1)} as a mean, ${largest(N)} as a sum`
  }
  choose.addEventListener('change', show)
  const note = element('p', { class: 'note' }, 'L is a mean: each image counts 1/N, so each row of dZ is divided by N. dW is then a mean over the images, and the learning rate can stay when the batch grows.')
  return { card: card('A batch of 1, 2 or 100', element('p', {}, element('label', {}, 'Images in the batch ', choose)), ...out, note), show }
}
