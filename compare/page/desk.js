// The desk: one image through the six equations.

import { log_softmax, logits, logits_gradient, nll_loss, parameter_gradients, sgd_step } from './engine.js'
import { bars, digits, draw_grey, draw_signed, element, mark, value_line } from './numbers.js'

/** One step on the image of the state, with what was touched: `moved` logits replace those of E1. */
export function desk_step(state) {
  const X = [state.x]
  const y = [state.label]
  const Z = state.moved ? [state.moved] : logits(X, state.W, state.b)
  const logP = log_softmax(Z)
  const dZ = logits_gradient(logP, y)
  const [dW, db] = parameter_gradients(X, dZ)
  const [W, b] = sgd_step(state.W, state.b, dW, db, state.lr)
  const after = nll_loss(log_softmax(logits(X, W, b)), y)
  return { X, y, Z, logP, L: nll_loss(logP, y), dZ, dW, db, W, b, after }
}

/** Fill the numbers of all six rows. */
export function show_desk(state, facts, on_logit) {
  const step = desk_step(state)
  const P = step.logP[0].map(Math.exp)
  const parts = {
    E1: [bars('Z', step.Z[0], facts.names, state.label), sliders(step.Z[0], facts.names, on_logit)],
    E2: [bars('P', P, facts.names, state.label, true), note('logP', `log P of the label: ${digits(step.logP[0][state.label])}`)],
    E3: [value_line('L', 'L', step.L), note('y', `y = ${facts.names[state.label]}; N = 1: one image`), guess(facts)],
    E4: [bars('dZ', step.dZ[0], facts.names, state.label), note('Y', `Y is 1 at ${facts.names[state.label]} and 0 elsewhere`)],
    E5: [picture('dW', step.dW[state.label], facts, 'dW, the row of the label'), bars('db', step.db, facts.names, state.label)],
    E6: [
      note('lr', `η = ${digits(state.lr)}`),
      value_line('L', 'L of this image before', step.L),
      value_line('L', 'L of this image after the step', step.after),
      picture('W', step.W[state.label], facts, 'W after the step, the row of the label'),
    ],
  }
  for (const [tag, made] of Object.entries(parts)) {
    const place = document.querySelector(`[data-numbers="${tag}"]`)
    const open = place.querySelector('details')?.open
    place.replaceChildren(...made)
    if (open) place.querySelector('details').open = true
  }
  return step
}

function note(symbol, text) {
  return element('p', { class: 'digits' }, mark(symbol), `: ${text}`)
}

function guess(facts) {
  return element('p', { class: 'note' }, `Guessing costs ln ${facts.classes} = ${digits(Math.log(facts.classes))} nats.`)
}

function picture(symbol, values, facts, text) {
  const [height, width] = facts.shape
  const canvas = element('canvas', { width, height, role: 'img', 'aria-label': text })
  canvas.style.width = '7rem'
  draw_signed(canvas, values, Math.max(...values.map(Math.abs)) || 1)
  return element('figure', {}, canvas, element('figcaption', { class: 'note' }, mark(symbol), ` ${text}`))
}

function sliders(z, names, on_logit) {
  const made = element('details', {}, element('summary', {}, 'Move a logit'))
  z.forEach((value, k) => {
    const input = element('input', { type: 'range', min: -20, max: 20, step: 0.1, value, 'aria-label': `logit of ${names[k]}` })
    input.addEventListener('change', () => on_logit(k, Number(input.value)))
    made.append(element('label', {}, `${names[k]} `, input))
  })
  const back = element('button', { type: 'button' }, 'Back to E1')
  back.addEventListener('click', () => on_logit())
  made.append(back)
  return made
}

/** Drawing with mouse, finger or pen, prepared as MNIST was: 20 pixels high, the centre of mass in the middle. */
export function drawing(canvas, on_drawn) {
  const [width, height] = [canvas.width, canvas.height]
  const ink = new Float64Array(width * height)
  let last
  const dab = (event) => {
    const box = canvas.getBoundingClientRect()
    const [x, y] = [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height]
    const from = last ?? [x, y]
    for (let i = 0; i <= 8; i++) stamp(ink, width, height, from[0] + ((x - from[0]) * i) / 8, from[1] + ((y - from[1]) * i) / 8)
    last = [x, y]
    draw_grey(canvas, ink)
  }
  const handlers = {
    pointerdown: (event) => (canvas.setPointerCapture(event.pointerId), dab(event)),
    pointermove: (event) => event.buttons && dab(event),
    pointerup: () => ((last = undefined), on_drawn(prepare(ink, width, height))),
  }
  return {
    start: () => (ink.fill(0), draw_grey(canvas, ink), Object.entries(handlers).forEach((one) => canvas.addEventListener(...one))),
    stop: () => Object.entries(handlers).forEach((one) => canvas.removeEventListener(...one)),
  }
}

function stamp(ink, width, height, x, y) {
  for (let d = 0; d < ink.length; d++) {
    const gap = Math.hypot((d % width) + 0.5 - x, Math.floor(d / width) + 0.5 - y)
    ink[d] = Math.max(ink[d], Math.min(1, Math.max(0, 1.6 - gap)))
  }
}

/** Ink of any size and place -> the same drawing, its larger side 20 pixels, its centre of mass in the middle. */
export function prepare(ink, width, height) {
  const lit = Array.from(ink.keys()).filter((d) => ink[d] > 0)
  if (!lit.length) return { x: ink.slice(), steps: ['nothing is drawn'] }
  const columns = lit.map((d) => d % width)
  const lines = lit.map((d) => Math.floor(d / width))
  const [left, top] = [Math.min(...columns), Math.min(...lines)]
  const size = Math.max(Math.max(...columns) - left, Math.max(...lines) - top) + 1
  const scale = size / (0.7143 * Math.min(width, height))
  const sample = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : ink[y * width + x])
  const small = ink.map((_, d) => blend(sample, left + scale * (d % width), top + scale * Math.floor(d / width), size, left, top))
  const mass = small.reduce((sum, value) => sum + value, 0)
  const centre = [0, 1].map((axis) => small.reduce((sum, value, d) => sum + value * (axis ? Math.floor(d / width) : d % width), 0) / mass)
  const [right, down] = [Math.round((width - 1) / 2 - centre[0]), Math.round((height - 1) / 2 - centre[1])]
  const at = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : small[y * width + x])
  const x = ink.map((_, d) => at((d % width) - right, Math.floor(d / width) - down))
  return { x, steps: [`cut to ${size} pixels`, `scaled to ${Math.round(size / scale)}`, `moved by ${right}, ${down}: the centre of mass is in the middle`] }
}

function blend(sample, x, y, size, left, top) {
  if (x > left + size || y > top + size) return 0
  const [i, j] = [Math.floor(x), Math.floor(y)]
  const [u, v] = [x - i, y - j]
  const upper = (1 - u) * sample(i, j) + u * sample(i + 1, j)
  const lower = (1 - u) * sample(i, j + 1) + u * sample(i + 1, j + 1)
  return (1 - v) * upper + v * lower
}
