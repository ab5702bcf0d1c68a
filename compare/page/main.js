// The page: its state, what changes it, and what shows it.

import { verdict } from './compare.js'
import { draw_prediction, show_curves } from './curves.js'
import { make_desk } from './desk.js'
import { drawing } from './draw.js'
import { logits } from './engine.js'
import { show_breaking } from './mistakes.js'
import { digits, draw_grey, element } from './numbers.js'
import { show_questions } from './questions.js'
import { read_recording } from './recording.js'
import { listen_to_symbols } from './symbols.js'
import { make_templates, next_gradient } from './templates.js'
import { make_touch } from './touch.js'
import { listen_to_tour } from './tour.js'
import { batch_index, largest_at } from './train.js'
import { break_it, compare_step, is_recorded, make_worker, show_badge, start_message, validation } from './training.js'

const $ = (id) => document.getElementById(id)
const text_of = (id) => $(id).textContent
const { facts, symbols, mistakes, tags } = JSON.parse(text_of('data'))
const sources = { engine: text_of('worker-engine'), train: text_of('worker-train') }

const recorded = await read_recording(facts, JSON.parse(text_of('table')), text_of('recording'))
const state = { index: 0, x: recorded.image(0), label: recorded.labels[0], W: recorded.W, b: recorded.b, lr: facts.lr, moved: undefined }
const guessed = new Float64Array(facts.steps).fill(NaN)
let run

// ---- what is shown

const set_desk = make_desk(facts, (k, value) => {
  state.moved = k === undefined ? undefined : Float64Array.from(state.moved ?? logits([state.x], state.W, state.b)[0], (z, i) => (i === k ? value : z))
  show()
})
const touch = make_touch(document.querySelector('#touch .cards'), state, facts, (N) => images(batch_index({ ...facts, order: recorded.order }, 0).slice(0, N)))
const set_templates = make_templates($('template-images'), $('pixel'), facts, (k, d) => {
  touch.nudge(k, d)
  $('pixel').textContent += '. It is chosen in “Nudge one weight” above.'
})
let values = set_desk(state)
const light_again = listen_to_symbols($('about'), symbols, sentence)

function show() {
  values = set_desk(state)
  draw_grey($('seen'), state.x)
  if ($('draw').getAttribute('aria-pressed') !== 'true') draw_grey($('image'), state.x)
  const [z] = logits([state.x], state.W, state.b)
  $('image-note').textContent = `Labelled ${facts.names[state.label]}, predicted ${facts.names[largest_at(z)]}.`
  $('label').value = state.label
  const batch_size = run?.chosen.batch_size ?? facts.batch_size
  set_templates(state, next_gradient(recorded, state, { ...facts, batch_size }, Number($('scrub').value)), $('shown').value)
  light_again()
}

function images(index) {
  return { X: index.map(recorded.image), y: index.map((n) => recorded.labels[n]) }
}

function sentence(name) {
  const { formula, meaning, dimensions } = symbols[name]
  const sizes = { N: 1, D: facts.features, K: facts.classes }
  const shape = dimensions ? ` Shape (${[...dimensions].map((letter) => `${letter} = ${sizes[letter]}`).join(', ')}).` : ''
  return `${formula}: ${meaning}.${shape} Here ${values[name]}.`
}

// ---- the image

function choose_image(n) {
  stop_drawing()
  state.index = Math.min(recorded.labels.length - 1, Math.max(0, Math.round(n) || 0))
  Object.assign(state, { x: recorded.image(state.index), label: recorded.labels[state.index], moved: undefined })
  $('index').value = state.index
  $('prepared').replaceChildren()
  changed()
}

function set_label(label) {
  state.label = Math.min(facts.classes - 1, Math.max(0, label || 0))
  changed()
}

function changed() {
  show()
  touch.show()
  keep_hash()
}

function next_mistake() {
  for (let i = 1; i <= recorded.labels.length; i++) {
    const n = (state.index + i) % recorded.labels.length
    const [z] = logits([recorded.image(n)], state.W, state.b)
    if (largest_at(z) !== recorded.labels[n]) return choose_image(n)
  }
}

const pen = drawing($('image'), ({ x, steps }) => {
  Object.assign(state, { x, moved: undefined })
  $('prepared').replaceChildren(...steps.map((step) => element('li', {}, step)))
  changed()
})

function set_drawing(on) {
  $('draw').setAttribute('aria-pressed', on)
  $('clear').hidden = $('seen-figure').hidden = $('draw-note').hidden = !on
  for (const [name, value] of [['role', on ? 'application' : 'img'], ['aria-label', on ? 'Draw a digit' : 'The image']]) $('image').setAttribute(name, value)
  if (on) $('image').setAttribute('tabindex', '0')
  else $('image').removeAttribute('tabindex')
}

function stop_drawing() {
  pen.stop()
  set_drawing(false)
}

function start_drawing() {
  set_drawing(true)
  pen.start()
  pen.clear()
  $('image').focus()
}

// ---- training

function chosen() {
  const batch_size = Math.min(facts.train, Math.max(1, Math.round(Number($('batch').value)) || 1))
  return { lr: Number((10 ** Number($('rate').value)).toPrecision(6)), momentum: Number($('momentum').value), batch_size, sum: $('sum').value === 'sum' }
}

function restart() {
  run?.worker.terminate()
  run = { worker: make_worker(sources), chosen: chosen(), steps: [], found: [], weights: [{ W: recorded.W, b: recorded.b }], target: 0 }
  run.worker.postMessage(start_message(facts, recorded, run.chosen))
  run.worker.onmessage = ({ data }) => took(data)
  state.lr = run.chosen.lr
  $('rate-text').textContent = digits(run.chosen.lr)
  $('rate').setAttribute('aria-valuetext', digits(run.chosen.lr))
  $('prediction-text').textContent = ''
  run_to(0)
  show_run()
}

function took({ steps, W, b }) {
  if (!steps.length) return
  run.steps.push(...steps)
  run.weights.push({ W, b })
  if (is_recorded(run.chosen, facts)) run.found.push(...steps.flatMap((step) => compare_step(step, recorded, facts)))
  run_to(run.target)
  if (!run.waiting) {
    run.waiting = true
    requestAnimationFrame(show_run)
  }
}

function show_run() {
  run.waiting = false
  show_badge($('badge'), verdict(run.found), run.steps.length, is_recorded(run.chosen, facts))
  curves()
  scrub_to(run.steps.length)
  if (run.steps.length === facts.steps) show_end()
}

function curves() {
  show_curves($('curves'), run.steps, recorded, facts, is_recorded(run.chosen, facts), guessed)
}

function show_end() {
  const { accuracy } = validation(recorded, facts, state)
  const said = Number.isNaN(guessed.at(-1)) ? '' : ` You said ${(100 * guessed.at(-1)).toFixed(0)} %.`
  $('prediction-text').textContent = `It ended at ${(100 * accuracy).toFixed(1)} % of the validation images.${said}`
}

function scrub_to(number) {
  const shown = Math.min(number, run.weights.length - 1)
  Object.assign(state, run.weights[shown], { moved: undefined })
  $('scrub').value = shown
  $('at').textContent = shown
  show()
  if (run.steps.length >= run.target) touch.show()
  keep_hash()
}

function run_to(target) {
  run.target = Math.min(facts.steps, target)
  const going = run.steps.length < run.target
  $('run').disabled = $('step').disabled = going || run.steps.length === facts.steps
  $('pause').disabled = !going
  if (going) run.worker.postMessage({ kind: 'run', steps: 1 })
}

// ---- the address keeps what one sees

let keeping
function keep_hash() {
  // browsers slow down pages that change their address often
  clearTimeout(keeping)
  keeping = setTimeout(() => {
    const step = run.steps.length < run.target ? run.target : $('scrub').value
    const parts = { image: state.index, label: state.label, step, rate: $('rate').value, mistake: $('mistake').value }
    history.replaceState(null, '', `#${new URLSearchParams(parts)}`)
  }, 300)
}

function read_hash() {
  const parts = new URLSearchParams(location.hash.slice(1))
  if (!parts.has('image')) return
  if (parts.has('rate')) $('rate').value = parts.get('rate')
  restart()
  choose_image(Number(parts.get('image')))
  if (parts.has('label')) set_label(Number(parts.get('label')))
  if (parts.get('mistake') in mistakes) {
    $('mistake').value = parts.get('mistake')
    $('mistake').dispatchEvent(new Event('change'))
  }
  run_to(Number(parts.get('step')) || 0)
}

function listen() {
  const on = (id, event, answer) => $(id).addEventListener(event, answer)
  on('index', 'change', () => choose_image(Number($('index').value)))
  on('previous', 'click', () => choose_image(state.index - 1))
  on('next', 'click', () => choose_image(state.index + 1))
  on('next-mistake', 'click', next_mistake)
  on('draw', 'click', () => ($('draw').getAttribute('aria-pressed') === 'true' ? choose_image(state.index) : start_drawing()))
  on('clear', 'click', pen.clear)
  on('label', 'change', () => set_label(Number($('label').value)))
  on('ask', 'change', () => document.body.classList.toggle('ask', $('ask').checked))
  on('shown', 'change', show)
  on('step', 'click', () => run_to(run.steps.length + 1))
  on('run', 'click', () => run_to(facts.steps))
  on('pause', 'click', () => (run.target = run.steps.length))
  on('restart', 'click', restart)
  on('scrub', 'input', () => scrub_to(Number($('scrub').value)))
  for (const id of ['rate', 'momentum', 'batch', 'sum']) on(id, 'change', restart)
  on('rate', 'input', () => ($('rate-text').textContent = digits(chosen().lr)))
  on('prediction', 'input', () => (guessed.fill($('prediction').value === '' ? NaN : Number($('prediction').value) / 100), curves()))
  on('mistake', 'change', keep_hash)
  draw_prediction($('curves'), guessed, curves)
  addEventListener('hashchange', read_hash)
  addEventListener('resize', curves)
}

show_questions(facts.classes)
show_breaking(document.querySelector('.break'), facts, mistakes, tags, text_of('engine-text'), (name, text) => break_it(sources, recorded, facts, name, text))
listen_to_tour()
listen()
restart()
read_hash()
document.documentElement.dataset.ready = 'yes'
