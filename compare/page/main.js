// The page: its state, what changes it, and what shows it.

import { listen_to_breaking } from './breaking.js'
import { compare_step, gradient } from './compare.js'
import { draw_prediction, show_curves } from './curves.js'
import { make_desk } from './desk.js'
import { drawing, make_picker } from './digit.js'
import { logits } from './engine.js'
import { listen_to_questions, listen_to_tour } from './guide.js'
import { keep_address, read_address } from './kept.js'
import { $, digits, draw_grey, element, facts, make_canvas, min, mistakes, on, read_number, recorded_as, round, say, symbols, tell } from './numbers.js'
import { pause, read_recording } from './recording.js'
import { listen_to_symbols } from './symbols.js'
import { added, make_templates } from './templates.js'
import { make_touch } from './touch.js'
import { batch_index, images, largest_at } from './train.js'
import { make_worker, show_badge } from './training.js'

document.body.inert = true
const script = document.querySelector('script[type=module]').textContent
const sources = ['engine', 'train', 'mistakes'].map((name) => script.split(`// ${name}.js\n`)[1].split(/^\/\/ \w+\.js$/m)[0].trim())
$('engine-text').textContent = sources[0]

const recorded = await read_recording(JSON.parse($('table').textContent), $('recording').textContent)
const state = { ...recorded }
const guessed = new Float64Array(facts.steps).fill(NaN)
const SETTINGS = ['rate', 'momentum', 'batch', 'sum']
let [run, values] = []

const set_desk = make_desk((k, value) => {
  state.moved = k === undefined ? undefined : Float64Array.from(state.moved ?? logits([state.x], state.W, state.b)[0], (z, i) => (i === k ? value : z))
  show()
})
await pause()
set_image(0)
const touch = make_touch(state, (batch_size) => batch_at(0, { batch_size }))
await pause()
const set_templates = make_templates(touch.nudge)
const show_picker = make_picker(recorded, choose_image)
const light_again = listen_to_symbols($('about'), (name) => `${symbols[name].said} ${is_seen(name) ? values[name] : say('not_seen')}.`)
await pause()

function show() {
  if (state.drawn && !state.own_label) state.label = predicted(state.x)
  const [seen, Z] = set_desk(state)
  values = seen
  if (!state.pen) draw_grey($('image'), state.x)
  $('image-note').textContent = about_image(largest_at(Z))
  $('label').value = state.label
  show_picker(state, predicted)
  set_templates(state, run, $('shown').value)
  const [what, gap] = !run.is_recorded ? ['own_run', run.gap] : state.drawn || state.own_label ? ['own_image', gradient({ X: [state.x], y: [state.label] }, state).gap()] : []
  show_badge($('badge'), run.found, state.step, gap, what)
  light_again()
}

function is_seen(name) {
  return [...document.querySelectorAll(`[data-value="${name}"]`)].some((place) => place.checkVisibility())
}

function about_image(k) {
  if (!state.x.some(Boolean)) return say('empty')
  const how = state.own_label ? 'labelled_by_you' : state.drawn ? 'drawn' : 'labelled'
  return say(how, { label: facts.names[state.label], predicted: facts.names[k] }) + (state.moved ? say('by_moved') : '')
}

function predicted(x) {
  return largest_at(logits([x], state.W, state.b)[0])
}

function batch_at(number, { batch_size }) {
  return images(recorded, batch_index({ ...facts, ...recorded, batch_size }, number))
}

function set_image(n) {
  set_drawing(false)
  $('prepared').replaceChildren()
  $('index').value = n || 0
  state.index = read_number($('index'))
  const { X, y } = images(recorded, [state.index])
  Object.assign(state, { x: X[0], label: y[0], moved: undefined, drawn: '', own_label: false })
}

function choose_image(n) {
  set_image(n)
  changed()
}

function set_label(label) {
  $('label').value = label
  // the list has no such line
  if (!$('label').value) return
  state.label = Number(label)
  state.own_label = state.drawn || state.label !== recorded.labels[state.index]
}

function changed() {
  show()
  touch.show()
  keep()
}

function next_mistake() {
  const { labels } = recorded
  const others = Array.from(labels, (_, i) => (state.index + 1 + i) % labels.length)
  choose_image(others.find((n) => predicted(images(recorded, [n]).X[0]) !== labels[n]) ?? state.index)
}

const begin_drawing = drawing($('image'), ({ x, steps, drawn }) => {
  Object.assign(state, { x, moved: undefined, drawn, own_label: state.own_label && x.some(Boolean) })
  const shown = steps.map(([text, pixels]) => {
    const canvas = make_canvas(text)
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
  Object.assign($('image'), { role: pen ? 'application' : 'img', ariaLabel: say(pen ? 'canvas' : 'image'), tabIndex: pen ? 0 : -1 })
  if (!pen) return
  begin_drawing()
  $('image').focus()
}

function chosen() {
  const rate = Number($('rate').value)
  const lr = rate === Number($('rate').defaultValue) ? facts.lr : Number((10 ** rate).toPrecision(2))
  const [batch_size, momentum] = ['batch', 'momentum'].map((id) => read_number($(id)))
  return { lr, batch_size, momentum, sum: $('sum').value === 'sum' }
}

function restart() {
  run?.worker.terminate()
  if (run?.steps.length) tell(say('again'))
  const options = chosen()
  const is_recorded = Object.entries(recorded_as).every(([name, value]) => options[name] === value)
  run = { ...options, is_recorded, worker: make_worker(sources, recorded, options), steps: [], found: [], weights: [{ W: recorded.W, b: recorded.b }] }
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
  if (run.is_recorded) run.found.push(...steps.flatMap((step) => compare_step(step, recorded)))
  ask()
  if (!run.waiting) requestAnimationFrame(show_run)
  run.waiting = true
}

function show_run() {
  run.waiting = false
  curves()
  scrub_to(run.follows ? run.steps.length : state.step)
  if (run.accuracy === undefined) return
  const guess = $('prediction').value
  $('prediction-text').textContent = say(guess ? 'ended_guessed' : 'ended', { ended: (100 * run.accuracy).toFixed(1), guess })
}

function curves() {
  show_curves($('curves'), run.steps, recorded, run.is_recorded, guessed)
}

function scrub_to(number) {
  const step = min(number, run.steps.length)
  Object.assign(state, run.weights[step], { step, moved: undefined })
  const batch = batch_at(step, run)
  const next = gradient(batch, state)
  run.added = added(run, step, next.dW, batch.y.length)
  run.gap = run.is_recorded || run.asked && run.gap || next.gap()
  $('scrub').value = $('at').textContent = step
  show()
  show_buttons()
  if (!run.asked) touch.show()
  keep()
}

function show_buttons() {
  const [ran, total] = [run.steps.length, facts.steps]
  // one that is only called disabled keeps the focus
  $('run').ariaDisabled = run.asked || ran === total
  $('step').ariaDisabled = run.asked || state.step === total
  $('pause').ariaDisabled = !run.asked
  $('prediction').readOnly = ran > 0
  $('ran').textContent = say(ran === total ? 'complete' : 'ran', { ran, total })
}

function one_step() {
  if ($('step').ariaDisabled === 'true') return
  const next = state.step + 1
  if (next > run.steps.length) run_to(next)
  else scrub_to(next)
}

// Who scrubs stays there: training stops, and no waiting frame goes on.
function scrub() {
  run.target = run.steps.length
  run.follows = false
  scrub_to($('scrub').value)
}

function run_to(target) {
  Object.assign(run, { target: min(facts.steps, target), follows: true })
  ask()
}

function ask() {
  if (run.asked || run.steps.length >= run.target) return
  run.asked = true
  run.worker.postMessage({ steps: 1 })
  show_buttons()
}

function address() {
  const step = run.steps.length < run.target ? run.target : state.step
  const values = [...SETTINGS, 'mistake'].map((id) => [id, $(id).value])
  return { image: state.index, ink: state.drawn, label: state.drawn && !state.own_label ? '' : state.label, step, ...Object.fromEntries(values), rate: state.lr }
}

function keep() {
  keep_address(address)
}

function read() {
  const asked = read_address()
  const { image, ink = '', label, step, mistake, ...options } = asked
  // a link to a part of the page has no values
  if (run && !Object.values(asked).some(Boolean)) return keep()
  const lr = Number(options.rate)
  options.rate = lr > 0 && lr < Infinity && lr !== facts.lr ? `${Math.log10(lr)}` : ''
  for (const id of SETTINGS) $(id).value = options[id] || $(id).defaultValue || ''
  set_image(image)
  state.drawn = ink
  set_label(label)
  if (Object.hasOwn(mistakes, mistake)) {
    $('mistake').value = mistake
    $('mistake').dispatchEvent(new Event('change'))
  }
  restart()
  if (ink) begin_drawing(ink)
  run_to(Number(step) || 0)
  const used = address()
  const other = Object.entries(asked).filter(([name, text]) => text && text !== used[name] && Number(text) !== Number(used[name]))
  if (other.length) tell(say('not_so', { asked: new URLSearchParams(other) }))
}

for (const [id, answer] of Object.entries({
  previous: () => choose_image(state.index - 1),
  next: () => choose_image(state.index + 1),
  'next-mistake': next_mistake,
  draw: () => (state.pen ? choose_image(state.index) : set_drawing(true)),
  clear: () => begin_drawing(''),
  step: one_step,
  run: () => run_to(facts.steps),
  pause: () => (run.target = run.steps.length),
  restart,
})) on(id, 'click', answer)
// before what is typed changes anything
for (const name of ['pointerdown', 'keydown']) on(document, name, () => tell(''))
on('index', 'change', () => choose_image($('index').value))
on('label', 'change', () => (set_label($('label').value), changed()))
on('ask', 'change', () => document.body.classList.toggle('ask', $('ask').checked))
on('shown', 'change', show)
on('scrub', 'input', scrub)
for (const id of SETTINGS) on(id, 'change', restart)
on('rate', 'input', show_rate)
on('prediction', 'change', () => (guessed.fill($('prediction').value ? read_number($('prediction')) : NaN), curves()))
on('mistake', 'change', keep)
draw_prediction($('curves'), guessed, (typed) => {
  $('prediction').value = typed ?? round(guessed.findLast((per_cent) => !isNaN(per_cent)))
  curves()
})
on(window, 'hashchange', read)
on(window, 'resize', curves)
listen_to_questions()
listen_to_breaking(sources, recorded)
await pause()
read()
listen_to_tour()
document.body.inert = false
document.documentElement.dataset.ready = 'yes'
