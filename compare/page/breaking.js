// Breaking the engine: first the reader predicts, then it runs.

import { kept } from './kept.js'
import { $, element, mistakes, on, say, tags } from './numbers.js'

const guess = { accuracy: $('guess-notices'), 'first quantity': $('guess-first') }

/** correct: accuracy; run(name or '', text of an engine) -> {stop(), found: {verdict, accuracy} or {error}} */
export function listen_to_breaking(engine_text, correct, run) {
  const [mistake, own, button, stop] = ['mistake', 'own', 'run-mistake', 'stop-mistake'].map($)
  let running
  const show_buttons = () => {
    const is_open = Object.values(guess).some(({ value }) => !value)
    button.ariaDisabled = is_open || running !== undefined
    $('run-why').textContent = running ? say('running') : is_open ? say('predict_first') : ''
    stop.hidden = !running
  }
  const show = () => {
    const { tag, function: name, belief } = mistakes[mistake.value] ?? {}
    $('belief').textContent = tag ? say('belief', { tag, name, belief }) : say('own_line')
    own.parentElement.open = !tag
    $('broken').replaceChildren()
  }
  const choose = (name, text) => {
    mistake.value = name
    if (text) own.value = text
    mistake.dispatchEvent(new Event('change'))
  }
  on(mistake, 'change', show)
  // what is changed is what runs
  on(own, 'input', () => choose(''))
  on('restore', 'click', () => choose('', engine_text))
  for (const select of Object.values(guess)) on(select, 'change', show_buttons)
  on(stop, 'click', () => running.stop())
  on('forget', 'click', () => keep_score(0, 0))
  on(button, 'click', async () => {
    if (button.ariaDisabled === 'true') return
    const name = mistake.value
    running = run(name, own.value)
    show_buttons()
    const found = await running.found
    running = undefined
    $('broken').replaceChildren(...told(found, mistakes[name], correct))
    show_buttons()
  })
  own.value = engine_text
  show()
  show_buttons()
  keep_score(...score())
}

function told({ error, verdict, accuracy }, about, correct) {
  if (error) return [element('p', { class: 'wrong' }, say('no_result', { error }))]
  const { first } = verdict
  const happened = { accuracy: correct - accuracy >= 0.02 ? 'yes' : 'no', 'first quantity': first?.field ?? 'none' }
  const [reached, best] = [accuracy, correct].map((share) => `${(100 * share).toFixed(1)} %`)
  const seen = first ? (happened.accuracy === 'yes' ? 'noticed' : 'not_noticed') : 'right'
  return [
    element('p', { class: first ? 'wrong' : 'right', 'data-first': first?.field ?? 'none' }, first ? say('first', { ...first, tag: tags[first.field] }) : say('no_difference')),
    element('p', {}, say('accuracy', { reached, best }), say(seen)),
    element('p', {}, scored(happened)),
    ...(about ? [element('p', {}, about.symptom, ' ', about.why), element('p', {}, element('strong', {}, about.lesson))] : []),
  ]
}

// Each prediction counts once.
function scored(happened) {
  const [right, all] = score()
  const each = Object.entries(guess).map(([name, { value }]) => [name, value === happened[name]])
  keep_score(right + each.filter(([, is_right]) => is_right).length, all + each.length)
  for (const select of Object.values(guess)) select.value = ''
  return `Your predictions: ${each.map(([name, is_right]) => `${name} ${is_right ? 'right' : 'wrong'}`).join(', ')}.`
}

// How many predictions were right, of how many.
function score() {
  return (kept('score') || '0 of 0').split(' of ').map(Number)
}

function keep_score(right, all) {
  $('score').textContent = kept('score', `${right} of ${all}`)
}
