// The page: its state, what changes it, and what shows it.

import { listen_to_breaking } from './breaking.js'
import { compare_step, gradient } from './compare.js'
import { draw_prediction, show_curves } from './curves.js'
import { make_desk } from './desk.js'
import { drawing } from './draw.js'
import { logits } from './engine.js'
import { keep_address, read_address } from './kept.js'
import { $, clamp, digits, draw_grey, element, make_canvas, on } from './numbers.js'
import { make_picker } from './picker.js'
import { listen_to_questions } from './questions.js'
import { pause, read_recording } from './recording.js'
import { listen_to_symbols } from './symbols.js'
import { make_templates } from './templates.js'
import { make_touch } from './touch.js'
import { listen_to_tour } from './tour.js'
import { batch_index, images, largest_at } from './train.js'
import { break_it, make_worker, recorded_options, show_badge } from './training.js'

document.body.inert = true
const { facts, symbols, mistakes, tags, stops, notes } = JSON.parse($('data').textContent)
const script = document.querySelector('script[type=module]').textContent
const sources = ['engine', 'train', 'mistakes'].map((name) => script.split(`// ${name}.js\n`)[1].split(/^\/\/ \w+\.js$/m)[0].trim())
$('engine-text').textContent = sources[0]

const recorded = await read_recording(facts, JSON.parse($('table').textContent), $('recording').textContent)
const state = { ...recorded }
const guessed = new Float64Array(facts.steps).fill(NaN)
let [run, values] = []

const set_desk = make_desk(facts, (k, value) => {
  state.moved = k === undefined ? undefined : Float64Array.from(state.moved ?? logits([state.x], state.W, state.b)[0], (z, i) => (i === k ? value : z))
  show()
})
await pause()
set_image(0)
const touch = make_touch($('cards'), state, facts, notes, (N) => batch_at(0, N))
await pause()
const set_templates = make_templates($('template-images'), $('pixel'), facts, (k, d) => {
  touch.nudge(k, d)
  $('pixel').textContent += '. Chosen in “Nudge one weight” above.'
})
const show_picker = make_picker($('picker'), recorded, facts, choose_image)
const light_again = listen_to_symbols($('about'), symbols, sentence)
await pause()

function show() {
  values = set_desk(state)
  if (!state.pen) draw_grey($('image'), state.x)
  $('image-note').textContent = `${state.drawn ? 'Drawn, labelled' : 'Labelled'} ${facts.names[state.label]}, predicted ${facts.names[predicted(state.x)]}.`
  $('label').value = state.label
  show_picker(state, predicted)
  const next = gradient(batch_at($('scrub').value, run.batch_size), state)
  set_templates(state, next.dW, $('shown').value)
  // what was not recorded is checked with the image, or with the batch that comes next
  const own = state.drawn || state.label !== recorded.labels[state.index] ? gradient({ X: [state.x], y: [state.label] }, state) : next
  show_badge($('badge'), run.found, run.steps.length, own === next && run.is_recorded ? undefined : own.gap())
  light_again()
}

function predicted(x) {
  return largest_at(logits([x], state.W, state.b)[0])
}

// Of a large batch its first images: the page shows them at every step.
function batch_at(number, batch_size) {
  return images(recorded, batch_index({ ...facts, order: recorded.order, batch_size }, Number(number)).slice(0, 200))
}

function sentence(name) {
  const { formula, meaning, dimensions } = symbols[name]
  const sizes = { N: 1, D: facts.features, K: facts.classes }
  const shape = dimensions ? ` (${[...dimensions].map((letter) => `${letter} = ${sizes[letter]}`).join(', ')})` : ', a single number'
  return `${formula}${shape}: ${meaning}; here ${values[name]}.`
}

function set_image(n) {
  set_drawing(false)
  $('prepared').replaceChildren()
  state.index = clamp(Math.round(n) || 0, 0, recorded.labels.length - 1)
  const { X, y } = images(recorded, [state.index])
  Object.assign(state, { x: X[0], label: y[0], moved: undefined, drawn: false })
  $('index').value = state.index
}

function choose_image(n) {
  set_image(n)
  changed()
}

function set_label(label) {
  if (facts.names[label]) state.label = Number(label)
}

function changed() {
  show()
  touch.show()
  keep()
}

function next_mistake() {
  const count = recorded.labels.length
  const others = Array.from({ length: count }, (_, i) => (state.index + 1 + i) % count)
  choose_image(others.find((n) => predicted(images(recorded, [n]).X[0]) !== recorded.labels[n]) ?? state.index)
}

const clear = drawing($('image'), ({ x, steps }) => {
  Object.assign(state, { x, moved: undefined, drawn: true })
  const shown = steps.map(([text, pixels]) => {
    const canvas = make_canvas(facts.shape, text)
    draw_grey(canvas, pixels)
    return element('li', {}, canvas, ` ${text}`)
  })
  shown.at(-1).firstChild.id = 'seen'
  $('prepared').replaceChildren(...shown)
  changed()
})

function set_drawing(pen) {
  state.pen = pen
  $('draw').ariaPressed = pen
  $('clear').hidden = $('draw-note').hidden = !pen
  const changes = pen ? { role: 'application', 'aria-label': 'Draw a digit', tabindex: 0 } : { role: 'img', 'aria-label': 'The image', tabindex: -1 }
  for (const [name, value] of Object.entries(changes)) $('image').setAttribute(name, value)
  if (!pen) return
  clear()
  $('image').focus()
}

function chosen() {
  const rate = Number($('rate').value)
  const lr = rate === Number($('rate').defaultValue) ? facts.lr : Number((10 ** rate).toPrecision(2))
  const batch_size = clamp(Math.round($('batch').value) || 1, 1, facts.train)
  return { lr, batch_size, momentum: Number($('momentum').value), sum: $('sum').value === 'sum' }
}

function restart() {
  run?.worker.terminate()
  const options = chosen()
  const is_recorded = Object.entries(recorded_options(facts)).every(([name, value]) => options[name] === value)
  run = { ...options, is_recorded, worker: make_worker(sources, facts, recorded, options), steps: [], found: [], weights: [{ W: recorded.W, b: recorded.b }], target: 0 }
  run.worker.onmessage = ({ data }) => took(data)
  state.lr = options.lr
  show_rate()
  $('prediction-text').textContent = ''
  run_to(0)
  show_run()
}

function show_rate() {
  $('rate-text').textContent = $('rate').ariaValueText = digits(chosen().lr)
}

function took({ steps, W, b, accuracy }) {
  if (!steps.length) return
  run.steps.push(...steps)
  run.weights.push({ W, b })
  run.accuracy = accuracy
  run.asked = false
  if (run.is_recorded) run.found.push(...steps.flatMap((step) => compare_step(step, recorded, facts)))
  ask()
  if (!run.waiting) requestAnimationFrame(show_run)
  run.waiting = true
}

function show_run() {
  run.waiting = false
  curves()
  scrub_to(run.follows ? run.steps.length : $('scrub').value)
  if (run.accuracy === undefined) return
  const said = guessed.findLast((per_cent) => !Number.isNaN(per_cent))
  $('prediction-text').textContent = `It ended at ${(100 * run.accuracy).toFixed(1)} % of the validation images.${said === undefined ? '' : ` You said ${said.toFixed(0)} %.`}`
}

function curves() {
  show_curves($('curves'), run.steps, recorded, facts, run.is_recorded, guessed)
}

function scrub_to(number) {
  const shown = Math.min(number, run.weights.length - 1)
  Object.assign(state, run.weights[shown], { moved: undefined })
  $('scrub').value = $('at').textContent = shown
  show()
  show_buttons()
  if (!run.asked) touch.show()
  keep()
}

// They are free when all that was asked for has come and is drawn.
function show_buttons() {
  $('run').disabled = $('step').disabled = run.asked || run.steps.length === facts.steps
  $('pause').disabled = !run.asked
}

// Who scrubs stays there: training stops, and a frame that was waiting does not go on to its end.
function scrub() {
  run.target = run.steps.length
  run.follows = false
  scrub_to($('scrub').value)
}

function run_to(target) {
  Object.assign(run, { target: Math.min(facts.steps, target), follows: true })
  ask()
}

function ask() {
  if (run.asked || run.steps.length >= run.target) return
  run.asked = true
  run.worker.postMessage({ steps: 1 })
  show_buttons()
}

function keep() {
  keep_address(() => {
    const step = run.steps.length < run.target ? run.target : $('scrub').value
    return { image: state.index, label: state.label, step, rate: $('rate').value, mistake: $('mistake').value }
  })
}

function read() {
  const { image, label, step, rate, mistake } = read_address()
  // a link to a part of the page asks for no state
  if (!image && run) return
  $('rate').value = rate ?? $('rate').defaultValue
  set_image(image)
  set_label(label)
  if (mistake in mistakes) {
    $('mistake').value = mistake
    $('mistake').dispatchEvent(new Event('change'))
  }
  restart()
  run_to(Number(step) || 0)
}

on('index', 'change', () => choose_image($('index').value))
on('previous', 'click', () => choose_image(state.index - 1))
on('next', 'click', () => choose_image(state.index + 1))
on('next-mistake', 'click', next_mistake)
on('draw', 'click', () => (state.pen ? choose_image(state.index) : set_drawing(true)))
on('clear', 'click', clear)
on('label', 'change', () => (set_label($('label').value), changed()))
on('ask', 'change', () => document.body.classList.toggle('ask', $('ask').checked))
on('shown', 'change', show)
on('step', 'click', () => run_to(run.steps.length + 1))
on('run', 'click', () => run_to(facts.steps))
on('pause', 'click', () => (run.target = run.steps.length))
on('restart', 'click', restart)
on('scrub', 'input', scrub)
for (const id of ['rate', 'momentum', 'batch', 'sum']) on(id, 'change', restart)
on('rate', 'input', show_rate)
on('prediction', 'input', () => (guessed.fill($('prediction').value === '' ? NaN : $('prediction').value), curves()))
on('mistake', 'change', keep)
draw_prediction($('curves'), guessed, curves)
on(window, 'hashchange', read)
on(window, 'resize', curves)
listen_to_questions()
listen_to_breaking(mistakes, tags, sources[0], recorded.accuracy, (name, text) => break_it(sources, recorded, facts, name, text))
await pause()
read()
listen_to_tour(stops)
document.body.inert = false
document.documentElement.dataset.ready = 'yes'
