// Numbers as bars and digits, and small drawings.

/** An element with attributes and children; text is a child too. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

export function digits(value) {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').replace('NaN', 'nan')
  const size = Math.abs(value)
  return (size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toFixed(4)).replace('-', '−')
}

/** A table of bars, one row a class: symbol, values (K), names (K); label is marked; positive: bars from the left. */
export function bars(symbol, values, names, label, positive = false) {
  const table = element('table', { class: positive ? 'bars positive' : 'bars' })
  const largest = Math.max(1e-12, ...Array.from(values, Math.abs).filter(Number.isFinite))
  table.append(element('caption', {}, mark(symbol)))
  values.forEach((value, k) => {
    const bar = element('div', { class: value < 0 ? 'bar below' : 'bar' })
    const share = Number.isFinite(value) ? Math.abs(value) / largest : 1
    const [whole, from] = positive ? [100, 0] : [50, 50]
    bar.style.width = `${whole * share}%`
    bar.style.left = `${value < 0 ? from - whole * share : from}%`
    const row = element('tr', k === label ? { class: 'label' } : {})
    row.append(element('th', { scope: 'row' }, names[k]), element('td', { class: 'track' }, bar))
    row.append(element('td', { class: 'digits' }, digits(value)))
    table.append(row)
  })
  return table
}

/** A symbol that lights up with all others of its name. */
export function mark(symbol, text = symbol) {
  return element('span', { 'data-symbol': symbol, tabindex: '0', role: 'button' }, text)
}

export function value_line(symbol, text, value) {
  return element('p', { class: 'digits' }, mark(symbol, text), ` = ${digits(value)}`)
}

/** Pixels from 0 to 1 as greys. */
export function draw_grey(canvas, x) {
  paint(canvas, x, (value) => [255 * (1 - value), 255 * (1 - value), 255 * (1 - value)])
}

// Orange above 0, blue below, as in a colour-blind-safe diverging scale; both end at `largest`.
export function draw_signed(canvas, values, largest) {
  paint(canvas, values, (value) => {
    const share = Math.min(1, Math.abs(value) / largest)
    const end = value > 0 ? [179, 71, 0] : [28, 95, 176]
    return end.map((channel) => 238 + share * (channel - 238))
  })
}

function paint(canvas, values, colour) {
  const context = canvas.getContext('2d')
  const image = context.createImageData(canvas.width, canvas.height)
  values.forEach((value, d) => image.data.set([...colour(value), 255], 4 * d))
  context.putImageData(image, 0, 0)
}

const SVG = 'http://www.w3.org/2000/svg'

export function svg(tag, attributes = {}, text = '') {
  const made = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.textContent = text
  return made
}
