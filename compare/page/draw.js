// Drawing a digit, and preparing it as MNIST was.

import { draw_grey, place_in } from './numbers.js'

/** Drawing with mouse, finger, pen or arrow keys; on_drawn({x, steps}) after each line. */
export function drawing(canvas, on_drawn) {
  const [width, height] = [canvas.width, canvas.height]
  const ink = new Float64Array(width * height)
  let [last, down, pen] = [undefined, false, [width / 2, height / 2]]
  const line_to = ([x, y]) => {
    const from = last ?? [x, y]
    for (let i = 0; i <= 8; i++) stamp(ink, width, height, from[0] + ((x - from[0]) * i) / 8, from[1] + ((y - from[1]) * i) / 8)
    last = [x, y]
    draw_grey(canvas, ink)
  }
  const lift = () => ((last = undefined), on_drawn(prepare(ink, width, height)))
  const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  const handlers = {
    pointerdown: (event) => (canvas.setPointerCapture(event.pointerId), line_to(place_in(canvas, event))),
    pointermove: (event) => event.buttons && line_to(place_in(canvas, event)),
    pointerup: lift,
    keydown: (event) => {
      if (event.key === ' ') down = !down
      else if (keys[event.key]) pen = pen.map((at, axis) => Math.min(width - 1, Math.max(1, at + keys[event.key][axis])))
      else return
      event.preventDefault()
      if (down) line_to(pen)
      else if (event.key === ' ') lift()
      else show_pen()
    },
  }
  const show_pen = () => draw_grey(canvas, ink.map((value, d) => (d === Math.floor(pen[1]) * width + Math.floor(pen[0]) ? 0.5 : value)))
  return {
    clear: () => (ink.fill(0), (last = undefined), (down = false), show_pen()),
    start: () => Object.entries(handlers).forEach((one) => canvas.addEventListener(...one)),
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
