// Four things to touch: a shift of the logits, their overflow, the slope of one weight, and the size of the batch.

import { log_softmax, logits, logits_gradient, nll_loss, parameter_gradients } from './engine.js'
import { bars, digits, element, svg } from './numbers.js'

export function show_touch(place, state, facts, batch) {
  place.replaceChildren(shift(state, facts), overflow(state, facts), nudge(state), sizes(state, batch))
}

function card(title, ...children) {
  return element('div', { class: 'card' }, element('h3', {}, title), ...children)
}

function slider(text, low, high, step, value, on_input) {
  const input = element('input', { type: 'range', min: low, max: high, step, value })
  const shown = element('output', {}, String(value))
  input.addEventListener('input', () => ((shown.textContent = input.value), on_input(Number(input.value))))
  return element('p', {}, element('label', {}, `${text} `, input), ' ', shown)
}

function shift(state, facts) {
  const out = element('div')
  const show = (c) => {
    const [z] = logits([state.x], state.W, state.b)
    const P = (row) => log_softmax([row])[0].map(Math.exp)
    const gap = Math.max(...P(z).map((p, k) => Math.abs(p - P(z.map((value) => value + c))[k])))
    out.replaceChildren(
      bars('P', P(z.map((value) => value + c)), facts.names, state.label, true),
      element('p', {}, `P changes by ${digits(gap)}: the factor e^${c} stands above and below the line of the fraction, and cancels.`),
    )
  }
  show(0)
  return card('Add a number to all logits', slider('Number', -50, 50, 1, 0, show), out)
}

function overflow(state, facts) {
  const large = element('input', { type: 'checkbox' })
  const shifted = element('input', { type: 'checkbox', checked: '' })
  const out = element('div')
  const show = () => {
    const [z] = logits([state.x], state.W, state.b)
    const row = z.map((value) => (large.checked ? 1000 + value : value))
    const m = shifted.checked ? Math.max(...row) : 0
    const terms = row.map((value) => Math.exp(value - m))
    const sum = terms.reduce((a, b) => a + b, 0)
    const right = Number.isFinite(sum)
    out.replaceChildren(
      bars('logP', row.map((value) => value - m - Math.log(sum)), facts.names, state.label),
      element('p', { class: right ? '' : 'warning' }, `Σ exp = ${digits(sum)}. `,
        right ? 'The largest exponent is ' + digits(Math.max(...row) - m) + '.' : 'e^1000 is above every number that the computer has: inf, and log P is lost. Shifted by the maximum, no exponent is above 0.'),
    )
  }
  for (const box of [large, shifted]) box.addEventListener('change', show)
  show()
  return card('Logits of 1,000', element('p', {}, element('label', {}, large, ' add 1,000 to the logits '), element('label', {}, shifted, ' shift by the maximum')), out)
}

function nudge(state) {
  const lit = Array.from(state.x.keys()).filter((d) => state.x[d] > 0)
  const d = lit[Math.floor(lit.length / 2)] ?? 0
  const k = state.label
  const loss = (h) => {
    const W = state.W.map((row, class_) => (class_ === k ? row.map((value, pixel) => (pixel === d ? value + h : value)) : row))
    return nll_loss(log_softmax(logits([state.x], W, state.b)), [k])
  }
  const [z] = logits([state.x], state.W, state.b)
  const gradient = parameter_gradients([state.x], logits_gradient(log_softmax([z]), [k]))[0][k][d]
  const out = element('div')
  const errors = Array.from({ length: 15 }, (_, i) => {
    const h = 10 ** -(i + 1)
    return [i + 1, Math.abs((loss(h) - loss(0)) / h - gradient)]
  })
  const show = (exponent) => {
    const h = 10 ** -exponent
    out.replaceChildren(
      element('p', { class: 'digits' }, `secant ${digits((loss(h) - loss(0)) / h)}, gradient ${digits(gradient)}`),
      u_curve(errors, exponent),
      element('p', { class: 'note' }, 'A large step follows the curve, not its slope. A tiny one subtracts two nearly equal numbers, and the digits are lost. The best is between: the error has the form of a U.'),
    )
  }
  show(3)
  return card('Nudge one weight', element('p', {}, `W[${k}, ${d}]: the weight of this label at one lit pixel, changed by h = 10 to the power of minus`), slider('exponent', 1, 15, 1, 3, show), out)
}

function u_curve(errors, chosen) {
  const drawing = svg('svg', { viewBox: '0 0 320 150', role: 'img', 'aria-label': 'The error of the secant by the step h, on a log scale: a U' })
  const y = (error) => 130 - Math.max(0, Math.min(16, Math.log10(error || 1e-16) + 16)) * 7.5
  const points = errors.map(([n, error]) => `${20 + 19 * n},${y(error)}`)
  drawing.append(svg('path', { class: 'js', d: `M${points.join('L')}` }))
  drawing.append(svg('circle', { cx: 20 + 19 * chosen, cy: y(errors[chosen - 1][1]), r: 5, fill: 'currentColor' }))
  drawing.append(svg('text', { x: 5, y: 147 }, 'h = 0.1'), svg('text', { x: 255, y: 147 }, '1e-15'), svg('text', { x: 5, y: 12 }, 'error'))
  return drawing
}

function sizes(state, batch) {
  const out = element('div')
  const show = (N) => {
    const { X, y } = batch(N)
    const logP = log_softmax(logits(X, state.W, state.b))
    const dZ = logits_gradient(logP, y)
    out.replaceChildren(
      element('p', { class: 'digits' }, `N = ${N}: dZ[0, label] = (${digits(Math.exp(logP[0][y[0]]))} − 1) / ${N} = ${digits(dZ[0][y[0]])}`),
      element('p', { class: 'digits' }, `largest of |dW|: ${digits(Math.max(...parameter_gradients(X, dZ)[0].map((row) => Math.max(...row.map(Math.abs)))))}`),
    )
  }
  const choose = element('select', { 'aria-label': 'images in the batch' }, ...[1, 2, 10, 100].map((N) => element('option', {}, String(N))))
  choose.addEventListener('change', () => show(Number(choose.value)))
  show(1)
  return card('A batch of 1, 2 or 100', element('p', {}, 'Images in the batch: ', choose), out,
    element('p', { class: 'note' }, 'L is a mean: each image counts 1/N, so each row of dZ is divided by N. Then dW is a mean over the images, and the learning rate need not change with the batch.'))
}
