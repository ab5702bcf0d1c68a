// The page: its state, what changes it, and what shows it.

import { show_curves } from './curves.js'
import { drawing, show_desk } from './desk.js'
import { logits } from './engine.js'
import { show_breaking } from './mistakes.js'
import { digits, draw_grey } from './numbers.js'
import { show_questions } from './questions.js'
import { batch_of, read_recording } from './recording.js'
import { show_templates } from './templates.js'
import { show_touch } from './touch.js'
import { compare_run, evaluate, make_worker, show_badge, start_message } from './training.js'

const $ = (id) => document.getElementById(id)
const text_of = (id) => $(id).textContent
const { facts, symbols, mistakes } = JSON.parse(text_of('data'))
const sources = { engine: text_of('worker-engine'), train: text_of('worker-train') }
const TOUR = [
  ['image', 'A digit of 28 × 28 pixels. Choose another with Next, or draw one.'],
  ['E1', 'E1: each class has a template. Pixel times weight, summed: that is its logit.'],
  ['E2', 'E2: exp makes the logits positive, and dividing by their sum makes them probabilities.'],
  ['E3', 'E3: the loss is −log of what the label got. Certain and right costs 0.'],
  ['E4', 'E4: the gradient of each logit is P − Y, divided by the images of the batch.'],
  ['E5', 'E5: each pixel that was lit gets its share of that gradient.'],
  ['E6', 'E6: a step against the gradient. The loss of this image falls.'],
  ['training', 'Run the training: it is compared with NumPy and PyTorch at every step. Then break it.'],
]

const recorded = await read_recording(facts, JSON.parse(text_of('table')), text_of('recording'))
const state = { index: 0, x: recorded.image(0), label: recorded.labels[0], W: recorded.W, b: recorded.b, lr: facts.lr, moved: undefined }
let run

function show() {
  show_desk(state, facts, (k, value) => {
    state.moved = k === undefined ? undefined : Float64Array.from(state.moved ?? logits([state.x], state.W, state.b)[0], (z, i) => (i === k ? value : z))
    show()
  })
  draw_grey($('image'), state.x)
  const [z] = logits([state.x], state.W, state.b)
  const predicted = facts.names[z.indexOf(Math.max(...z))]
  $('image-note').textContent = `Labelled ${facts.names[state.label]}, predicted ${predicted}.`
  $('label').value = state.label
  show_templates($('template-images'), state, facts, $('shown').value)
  light(held)
}

function show_cards() {
  show_touch(document.querySelector('#touch .cards'), state, facts, (N) => {
    const index = batch_of(facts, recorded, 1).slice(0, N)
    return { X: index.map(recorded.image), y: index.map((n) => recorded.labels[n]) }
  })
}

function choose_image(n) {
  const last = recorded.labels.length - 1
  state.index = Math.min(last, Math.max(0, Math.round(n) || 0))
  Object.assign(state, { x: recorded.image(state.index), label: recorded.labels[state.index], moved: undefined })
  $('index').value = state.index
  $('prepared').replaceChildren()
  show()
  show_cards()
  keep_hash()
}

function next_mistake() {
  for (let i = 1; i <= recorded.labels.length; i++) {
    const n = (state.index + i) % recorded.labels.length
    const [z] = logits([recorded.image(n)], state.W, state.b)
    if (z.indexOf(Math.max(...z)) !== recorded.labels[n]) return choose_image(n)
  }
}

// ---- symbols

let held
function light(name) {
  for (const one of document.querySelectorAll('[data-symbol]')) {
    const names = one.dataset.symbol.split(' ')
    one.classList.toggle('lit', names.includes(name))
    one.classList.toggle('held', names.includes(held))
  }
  if (name) $('about').textContent = sentence(name)
}

function sentence(name) {
  const { formula, meaning, dimensions } = symbols[name]
  const sizes = { N: 1, D: facts.features, K: facts.classes }
  const shape = dimensions ? ` Shape (${[...dimensions].map((letter) => `${letter} = ${sizes[letter]}`).join(', ')}).` : ''
  return `${formula}: ${meaning}.${shape}${value_of(name)}`
}

function value_of(name) {
  const row = document.querySelector(`.numbers [data-symbol="${name}"]`)?.closest('p')
  return row?.textContent.includes('=') ? ` Here ${row.textContent}.` : ''
}

function symbol_of(event) {
  return event.target.closest?.('[data-symbol]')?.dataset.symbol.split(' ')[0]
}

function listen_to_symbols() {
  for (const one of document.querySelectorAll('math [data-symbol], .code [data-symbol]')) {
    one.setAttribute('tabindex', '0')
    one.setAttribute('role', 'button')
    one.setAttribute('aria-label', one.dataset.symbol.split(' ').map((name) => symbols[name].formula).join(', '))
  }
  document.addEventListener('mouseover', (event) => light(symbol_of(event) ?? held))
  document.addEventListener('focusin', (event) => symbol_of(event) && light(symbol_of(event)))
  const hold = (name) => name && ((held = held === name ? undefined : name), light(held ?? name))
  document.addEventListener('click', (event) => hold(symbol_of(event)))
  document.addEventListener('keydown', (event) => {
    if ((event.key === 'Enter' || event.key === ' ') && symbol_of(event)) {
      event.preventDefault()
      hold(symbol_of(event))
    }
  })
}

// ---- training

function chosen() {
  return { lr: rate(), momentum: Number($('momentum').value), batch_size: Number($('batch').value) || 1, sum: $('sum').value === 'sum' }
}

function rate() {
  return Number((10 ** Number($('rate').value)).toPrecision(6))
}

function is_recorded({ lr, momentum, batch_size, sum }) {
  return lr === facts.lr && momentum === 0 && batch_size === facts.batch_size && !sum
}

function restart() {
  run?.worker.terminate()
  run = { worker: make_worker(sources), chosen: chosen(), steps: [], weights: [{ W: recorded.W, b: recorded.b, dW: recorded.W.map((row) => row.map(() => 0)) }], target: 0 }
  run.worker.postMessage(start_message(facts, recorded, run.chosen))
  run.worker.onmessage = ({ data }) => took(data)
  state.lr = run.chosen.lr
  $('rate-text').textContent = digits(run.chosen.lr)
  run_to(0)
  show_run()
}

function took({ steps, W, b, dW }) {
  if (!steps.length) return
  run.steps.push(...steps)
  run.weights.push({ W, b, dW })
  run_to(run.target)
  if (!run.waiting) {
    run.waiting = true
    requestAnimationFrame(show_run)
  }
}

function show_run() {
  run.waiting = false
  const own = is_recorded(run.chosen)
  show_badge($('badge'), compare_run(own ? run.steps : [], recorded, facts), run.steps.length, own)
  show_curves($('curves'), run.steps, recorded, facts, own)
  scrub_to(run.steps.length)
  if (run.steps.length === facts.steps && $('prediction').value) {
    const { accuracy } = evaluate(recorded, state.W, state.b, facts.train, recorded.labels.length)
    $('prediction-text').textContent = `It ended at ${(100 * accuracy).toFixed(1)} % of the validation images.`
  }
}

function scrub_to(number) {
  Object.assign(state, run.weights[Math.min(number, run.weights.length - 1)], { moved: undefined })
  $('scrub').value = number
  $('at').textContent = number
  show()
  keep_hash()
}

function run_to(target) {
  run.target = Math.min(facts.steps, target)
  const going = run.steps.length < run.target
  $('run').disabled = $('step').disabled = going || run.steps.length === facts.steps
  $('pause').disabled = !going
  if (going) run.worker.postMessage({ kind: 'run', steps: 1 })
}

function break_it(name, own_text) {
  return new Promise((done) => {
    const worker = make_worker(sources, name, own_text)
    const steps = []
    const end = (found) => (worker.terminate(), done(found))
    worker.onerror = (event) => (event.preventDefault(), end({ error: event.message }))
    worker.onmessage = ({ data }) => {
      steps.push(...data.steps)
      if (steps.length < facts.steps) return worker.postMessage({ kind: 'run', steps: 10 })
      const validation = (W, b) => evaluate(recorded, W, b, facts.train, recorded.labels.length)
      const correct = recorded.moments.at(-1).ours
      const reached = validation(data.W, data.b)
      end({ verdict: compare_run(steps, recorded, facts), ...reached, correct: validation(correct.W, correct.b).accuracy })
    }
    worker.postMessage(start_message(facts, recorded, { lr: facts.lr, momentum: 0, batch_size: facts.batch_size, sum: false }))
  })
}

// ---- the address keeps what one sees

function keep_hash() {
  const parts = { image: state.index, label: state.label, step: $('scrub').value, rate: $('rate').value, mistake: $('mistake')?.value ?? '' }
  history.replaceState(null, '', `#${new URLSearchParams(parts)}`)
}

function read_hash() {
  const parts = new URLSearchParams(location.hash.slice(1))
  if (!parts.has('image')) return
  if (parts.has('rate')) $('rate').value = parts.get('rate')
  restart()
  choose_image(Number(parts.get('image')))
  set_label(Number(parts.get('label') ?? state.label))
  if (parts.get('mistake')) $('mistake').value = parts.get('mistake')
  const steps = Math.min(facts.steps, Number(parts.get('step')) || 0)
  run_to(steps)
}

function set_label(label) {
  state.label = Math.min(facts.classes - 1, Math.max(0, label || 0))
  show()
  show_cards()
  keep_hash()
}

// ---- the tour

let stop = 0
function go_on_tour(to) {
  stop = to
  $('tour').hidden = stop >= TOUR.length
  if (stop >= TOUR.length) return
  const [place, text] = TOUR[stop]
  $('tour-text').textContent = `${stop + 1} of ${TOUR.length}. ${text}`
  $(place).scrollIntoView({ block: 'center' })
  $('tour-next').focus()
}

function listen() {
  $('index').addEventListener('change', () => choose_image(Number($('index').value)))
  $('previous').addEventListener('click', () => choose_image(state.index - 1))
  $('next').addEventListener('click', () => choose_image(state.index + 1))
  $('next-mistake').addEventListener('click', next_mistake)
  $('label').addEventListener('change', () => set_label(Number($('label').value)))
  $('shown').addEventListener('change', show)
  $('step').addEventListener('click', () => run_to(run.steps.length + 1))
  $('run').addEventListener('click', () => run_to(facts.steps))
  $('pause').addEventListener('click', () => (run.target = run.steps.length))
  $('restart').addEventListener('click', restart)
  $('scrub').addEventListener('input', () => scrub_to(Number($('scrub').value)))
  for (const id of ['rate', 'momentum', 'batch', 'sum']) $(id).addEventListener('change', restart)
  $('tour-start').addEventListener('click', () => go_on_tour(0))
  $('tour-next').addEventListener('click', () => go_on_tour(stop + 1))
  $('tour-end').addEventListener('click', () => go_on_tour(TOUR.length))
  listen_to_drawing()
}

function listen_to_drawing() {
  const pen = drawing($('image'), ({ x, steps }) => {
    Object.assign(state, { x, moved: undefined })
    $('prepared').replaceChildren(...steps.map((step) => Object.assign(document.createElement('li'), { textContent: step })))
    show()
    show_cards()
  })
  $('draw').addEventListener('click', () => {
    const on = $('draw').getAttribute('aria-pressed') !== 'true'
    $('draw').setAttribute('aria-pressed', on)
    if (on) pen.start()
    else pen.stop()
  })
  $('clear').addEventListener('click', () => (pen.stop(), pen.start()))
}

show_questions(facts.classes)
listen_to_symbols()
listen()
show_breaking(document.querySelector('.break'), facts, mistakes, $('engine-text').textContent, break_it)
restart()
show_cards()
read_hash()
document.documentElement.dataset.ready = 'yes'
