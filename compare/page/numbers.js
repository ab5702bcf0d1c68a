// Numbers as bars, digits and pictures.

export const { abs, floor, max, min, round } = Math

export const $ = (id) => document.getElementById(id)

/** What build.py gives the page. */
export const { facts, recorded_as, symbols, mistakes, tags, stops, questions, notes } = JSON.parse($('data').textContent)

/** A sentence of notes.py, with its numbers and words. */
export function say(name, values) {
  return notes[name].replace(/{(\w+)}/g, (_, key) => (typeof values[key] === 'number' && !Number.isInteger(values[key]) ? digits(values[key]) : values[key]))
}

export function on(place, event, answer) {
  (typeof place === 'string' ? $(place) : place).addEventListener(event, answer)
}

export function clamp(value, low, high) {
  return min(high, max(low, value))
}

/** Said aloud above the line about symbols, until something else is changed. */
export function tell(text) {
  $('told').textContent = text
}

/** The number in a text, with a point or a comma; else NaN. */
export function number_in(text) {
  return Number(text.replace(',', '.').replace('−', '-'))
}

/** What the box does not allow becomes the nearest that it does, stands there, and is told. */
export function read_number(input) {
  const typed = input.value.trim()
  // a box of whole numbers has no step
  const asked = typed ? number_in(input.step ? typed : typed.replace(/,(?=\d{3}$)/, '')) : NaN
  const near = clamp(isNaN(asked) ? input.defaultValue : asked, input.min, input.max)
  const used = input.step ? near : round(near)
  if (asked !== used) tell(say(isNaN(asked) ? 'no_number' : 'nearest', { typed, used: String(used) }))
  return Number((input.value = used))
}

/** Up to the next number of one digit: 0.28 -> 0.3 */
export function round_up(value) {
  const unit = 10 ** floor(Math.log10(value))
  return Number((Math.ceil(value / unit) * unit).toPrecision(1))
}

export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children)
}

export function svg(tag, attributes, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children)
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

export function digits(value) {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').replace('NaN', 'nan')
  const size = abs(value)
  return (size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4)).replaceAll('-', '−')
}

/** A symbol that lights up with all others of its name; symbols.js writes it. */
export function mark(symbol) {
  return element('span', { 'data-symbol': symbol })
}

/** positive: bars begin at the left; on_move(k, value): each has a box and a slider. */
export function make_bars(symbol, { positive, on_move } = {}) {
  const rows = facts.names.map((name, k) => {
    const [bar, number] = [element('div'), element('td', { class: 'digits' })]
    const row = element('tr', {}, element('th', { scope: 'row' }, name), element('td', { class: 'track' }, bar), number)
    const controls = Object.entries(on_move ? { change: 'text', input: 'range' } : {}).map(([event, type]) => {
      const control = element('input', { type, inputmode: 'decimal', min: -20, max: 20, step: 0.01, 'aria-label': `move the logit of ${name}` })
      on(control, event, () => {
        const value = read_number(control)
        // what is no number moves nothing
        if (value !== Number(control.defaultValue)) on_move(k, value)
      })
      return control
    })
    if (on_move) {
      number.append(controls[0])
      row.append(element('td', { class: 'move' }, controls[1]))
    }
    return { row, bar, number, controls }
  })
  const caption = element('caption', {}, mark(symbol), on_move ? element('span', { class: 'move' }, say('drag')) : '')
  const table = element('table', { class: positive ? 'bars positive' : 'bars' }, caption, ...rows.map(({ row }) => row))
  return { table, set: (values, label) => set_bars(rows, values, label, positive) }
}

function set_bars(rows, values, label, positive) {
  const largest = max(1e-12, ...Array.from(values, abs).filter(isFinite))
  const [whole, from] = positive ? [100, 0] : [50, 50]
  rows.forEach(({ row, bar, number, controls }, k) => {
    const width = whole * (min(1, abs(values[k]) / largest) || 0)
    row.className = k === label ? 'label' : ''
    bar.className = values[k] < 0 ? 'bar below' : 'bar'
    bar.style.width = `${width}%`
    bar.style.left = `${values[k] < 0 ? from - width : from}%`
    if (!controls.length) number.textContent = digits(values[k])
    for (const control of controls) control.value = control.defaultValue = values[k].toFixed(4)
  })
}

export function make_canvas(text) {
  const [height, width] = facts.shape
  return element('canvas', { width, height, role: 'img', 'aria-label': text })
}

const packed = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red
const GREYS = Uint32Array.from({ length: 256 }, (_, i) => packed(Array(3).fill(255 - i)))
// Orange above 0, blue below: safe for the colour-blind.
const SIGNED = Uint32Array.from({ length: 511 }, (_, i) =>
  packed((i > 255 ? [179, 71, 0] : [28, 95, 176]).map((channel) => 238 + (abs(i - 255) / 255) * (channel - 238))),
)

export function draw_grey(canvas, x) {
  paint(canvas, x, (value) => GREYS[round(255 * value)])
}

export function draw_signed(canvas, values, largest) {
  paint(canvas, values, (value) => SIGNED[255 + round(255 * clamp(value / largest, -1, 1))])
}

function paint(canvas, values, colour) {
  const context = canvas.getContext('2d')
  const image = context.createImageData(canvas.width, canvas.height)
  new Uint32Array(image.data.buffer).set(Array.from(values, colour))
  context.putImageData(image, 0, 0)
}

/** An image of signed numbers with its symbol and scale, to be filled by `set`. */
export function make_picture(symbol) {
  const text = say(`row_${symbol}`)
  const [canvas, scale] = [make_canvas(text), element('span')]
  const set = (values) => {
    const largest = max(...values.map(abs)) || 1
    draw_signed(canvas, values, largest)
    scale.textContent = say('colour', { largest: digits(largest) })
  }
  return { set, figure: element('figure', {}, canvas, element('figcaption', { class: 'note' }, mark(symbol), ` ${text}; `, scale)) }
}

/** Which pixel of a canvas an event of the pointer is at: [column, line], not rounded. */
export function place_in(canvas, event) {
  const { left, top, width, height } = canvas.getBoundingClientRect()
  // a click is at whole numbers
  return [((floor(event.clientX) - left) / width) * canvas.width, ((floor(event.clientY) - top) / height) * canvas.height]
}
