// The digit: one of ten images, or drawn with mouse, finger, pen or arrow keys and prepared as MNIST was.

import { $, clamp, draw_grey, element, facts, floor, make_canvas, max, min, on, place_in, round, say } from './numbers.js'
import { images } from './train.js'

// As text a pixel of ink is one of 0 to z.
const LEVELS = 35

/** While the role of the canvas is `application`; on_drawn gets what `prepare` gives, and ink as text -> begin(text) */
export function drawing(canvas, on_drawn) {
  const { width, height } = canvas
  const ink = new Float64Array(width * height)
  let [last, down, pen, pointer] = [undefined, false, [width / 2, height / 2]]
  const line_to = ([x, y]) => {
    const from = last ?? [x, y]
    for (let i = 0; i <= 8; i++) stamp(ink, width, from[0] + ((x - from[0]) * i) / 8, from[1] + ((y - from[1]) * i) / 8)
    last = [x, y]
    draw_grey(canvas, ink)
    $('image-note').textContent = say('pen_down')
  }
  const lift = () => ((last = pointer = undefined), on_drawn({ ...prepare(ink, width, height), drawn: Array.from(ink, (value) => round(LEVELS * value).toString(36)).join('') }))
  const show_pen = () => draw_grey(canvas, ink.map((value, d) => (d === floor(pen[1]) * width + floor(pen[0]) ? 0.5 : value)))
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  const when_on = (name, answer) => on(canvas, name, (event) => canvas.getAttribute('role') === 'application' && answer(event))
  when_on('pointerdown', (event) => {
    if (event.button || pointer !== undefined) return
    pointer = event.pointerId
    // then it is heard of wherever it is lifted
    canvas.setPointerCapture(pointer)
    line_to(place_in(canvas, event))
  })
  when_on('pointermove', (event) => event.pointerId === pointer && line_to(place_in(canvas, event)))
  when_on('lostpointercapture', (event) => event.pointerId === pointer && lift())
  when_on('keydown', (event) => {
    const arrow = arrows[event.key]
    if (!arrow && event.key !== ' ') return
    event.preventDefault()
    if (arrow) pen = pen.map((at, axis) => clamp(at + arrow[axis], 1, width - 1))
    else down = !down
    if (down) line_to(pen)
    else if (!arrow) lift()
    show_pen()
  })
  return (text) => {
    if (text !== undefined) ink.set(ink.map((_, d) => parseInt(text.charAt(d), 36) / LEVELS || 0))
    down = false
    show_pen()
    lift()
  }
}

function stamp(ink, width, x, y) {
  for (let d = 0; d < ink.length; d++) {
    const gap = Math.hypot((d % width) + 0.5 - x, floor(d / width) + 0.5 - y)
    ink[d] = max(ink[d], round(LEVELS * clamp(1.6 - gap, 0, 1)) / LEVELS)
  }
}

/** Ink -> {x, steps}: the drawing as in MNIST, and [text, pixels] of each step on the way. */
export function prepare(ink, width, height) {
  const drawn = [...ink.keys()].filter((d) => ink[d] > 0)
  if (!drawn.length) return { x: ink.slice(), steps: [[say('nothing'), ink]] }
  const [columns, lines] = [drawn.map((d) => d % width), drawn.map((d) => floor(d / width))]
  const [left, top] = [columns, lines].map((all) => min(...all))
  const size = max(max(...columns) - left, max(...lines) - top) + 1
  // 20 of 28 pixels
  const large = round((min(width, height) * 20) / 28)
  const each = (values) => ink.map((_, d) => values(d % width, floor(d / width)))
  const pixel = (from, x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : from[y * width + x])
  const scaled = each((x, y) => (max(x, y) >= large ? 0 : blend((x, y) => pixel(ink, x, y), left + (x * size) / large, top + (y * size) / large)))
  const mass = scaled.reduce((sum, value) => sum + value, 0)
  const mean = (place) => scaled.reduce((sum, value, d) => sum + value * place(d), 0) / mass
  const right = round((width - 1) / 2 - mean((d) => d % width))
  const down = round((height - 1) / 2 - mean((d) => floor(d / width)))
  const x = each((x, y) => pixel(scaled, x - right, y - down))
  return { x, steps: [[say('as_drawn'), ink.slice()], [say('scaled', { size, large }), scaled], [say('centred', { right, down }), x]] }
}

function blend(pixel, x, y) {
  const [i, j] = [floor(x), floor(y)]
  const [u, v] = [x - i, y - j]
  return (1 - v) * ((1 - u) * pixel(i, j) + u * pixel(i + 1, j)) + v * ((1 - u) * pixel(i, j + 1) + u * pixel(i + 1, j + 1))
}

/** on_image(n): one was chosen -> a function of the state and predicted(x). */
export function make_picker(recorded, on_image) {
  const buttons = Array.from({ length: 10 }, () => element('button', {}, make_canvas('image')))
  for (const button of buttons) on(button, 'click', () => on_image(button.value))
  $('picker').append(...buttons)
  return ({ index, drawn }, predicted) =>
    buttons.forEach((button, i) => {
      const n = index - (index % 10) + i
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
