// Breaking the engine: first the reader predicts, then it runs.

import { kept } from './kept.js'
import { $, element, facts, mistakes, on, say, tags } from './numbers.js'
import { break_it } from './training.js'

const guess = { accuracy: $('guess-notices'), 'first quantity': $('guess-first') }

/** The first of the sources is the engine. */
export function listen_to_breaking(sources, recorded) {
  const [mistake, own, button, stop] = ['mistake', 'own', 'run-mistake', 'stop-mistake'].map($)
  let running
  const show_buttons = () => {
    const is_open = Object.values(guess).some(({ value }) => !value)
    button.ariaDisabled = is_open || running !== undefined
    $('run-why').textContent = running ? say('running') : is_open ? say('predict_first') : ''
    if (!running && document.activeElement === stop) button.focus()
    stop.hidden = !running
  }
  const show = () => {
    // what it would find is of another mistake
    running?.stop()
    running = undefined
    show_buttons()
    const about = mistakes[mistake.value]
    $('belief').textContent = about ? say('belief', about) : say('own_line')
    own.parentElement.open = !about
    $('broken').replaceChildren()
  }
  const choose = (name, text) => {
    mistake.value = name
    if (text) own.value = text
    kept('own', own.value)
    mistake.dispatchEvent(new Event('change'))
  }
  on(mistake, 'change', show)
  // what is changed is what runs
  on(own, 'input', () => choose(''))
  on('restore', 'click', () => choose('', sources[0]))
  for (const select of Object.values(guess)) on(select, 'change', show_buttons)
  on(stop, 'click', () => running.stop())
  on('forget', 'click', () => confirm(say('forget')) && (kept('counted', '[]'), keep_score(0, 0)))
  on(button, 'click', async () => {
    if (button.ariaDisabled === 'true') return
    const name = mistake.value
    const answers = Object.entries(guess).map(([what, { value, selectedOptions: [{ text }] }]) => ({ what, value, text }))
    const told_of = name || (code_of(own.value) === code_of(sources[0]) ? '' : code_of(own.value))
    const mine = (running = break_it(sources, recorded, name, own.value))
    show_buttons()
    const found = await mine.found
    if (running !== mine) return
    running = undefined
    $('broken').replaceChildren(...told(found, mistakes[name], recorded.accuracy, told_of, answers))
    show_buttons()
  })
  own.value = kept('own') || sources[0]
  show()
  keep_score(...score())
}

// Without comments and white space.
function code_of(text) {
  return text.replace(/\/\/.*|\/\*[^]*?\*\/|\s/g, '')
}

function told({ error, verdict, accuracy }, about, correct, name, answers) {
  if (error) return [element('p', { class: 'wrong' }, say('no_result', { error }))]
  const { first, fields } = verdict
  const gain = accuracy - correct
  const happened = { accuracy: [gain > -0.02 ? 'no' : 'yes'], 'first quantity': first ? fields : ['none'] }
  const [reached, best] = [accuracy, correct].map((share) => `${(100 * share).toFixed(1)} %`)
  const seen = !first ? 'right' : gain <= -0.02 ? 'noticed' : gain < 0.02 ? 'not_noticed' : 'better'
  return [
    element('p', { class: first ? 'wrong' : 'right', 'data-first': first?.field ?? 'none' }, first ? say('first', { ...first, tag: tags[first.field] }) + (fields[1] ? say('also', { fields: fields.join(', ') }) : '') : say('no_difference')),
    element('p', {}, say('accuracy', { reached, best, ...facts }), say(seen)),
    element('p', {}, scored(happened, name, answers)),
    ...(about ? [element('p', {}, about.symptom, ' ', about.why), element('p', {}, element('strong', {}, about.lesson))] : []),
  ]
}

// Each mistake and each changed engine counts once.
function scored(happened, name, answers) {
  const [[right, all], counted] = [score(), JSON.parse(kept('counted') || '[]')]
  const is_right = ({ what, value }) => happened[what].includes(value)
  const is_new = name && !counted.includes(name)
  if (is_new) {
    kept('counted', JSON.stringify([...counted, name]))
    keep_score(right + answers.filter(is_right).length, all + answers.length)
  }
  const said = answers.map((one) => `${one.what} ${is_right(one) ? 'right' : 'wrong'} (${one.text})`)
  for (const select of Object.values(guess)) select.value = ''
  return say('predicted', { said: said.join(', ') }) + (is_new ? '' : say('not_counted'))
}

function score() {
  return (kept('score') || '0 of 0').split(' of ').map(Number)
}

function keep_score(right, all) {
  $('score').textContent = kept('score', `${right} of ${all}`)
}
