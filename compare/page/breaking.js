// Breaking the engine: first the reader predicts, then it runs.

import { kept } from './kept.js'
import { $, element, on } from './numbers.js'

const guess = { accuracy: $('guess-notices'), 'first quantity': $('guess-first') }

/** about, tags: by mistake, by quantity; correct: accuracy; run(name or '', text of an engine) -> {verdict, accuracy} or {error} */
export function listen_to_breaking(about, tags, engine_text, correct, run) {
  const mistake = $('mistake')
  $('own').value = engine_text
  const show = () => {
    const { tag, function: name, belief } = about[mistake.value] ?? {}
    $('belief').textContent = tag ? `${tag}, ${name}. Belief: “${belief}”` : 'Change a line of the engine below, and run it.'
    $('own').parentElement.open = !tag
    $('broken').replaceChildren()
  }
  on(mistake, 'change', show)
  on('run-mistake', 'click', async () => {
    const name = mistake.value
    $('run-mistake').disabled = true
    $('broken').textContent = 'running …'
    const found = await run(name, $('own').value)
    $('run-mistake').disabled = false
    $('broken').replaceChildren(...told(found, about[name], tags, correct))
  })
  show()
}

function told({ error, verdict, accuracy }, about, tags, correct) {
  if (error) return [element('p', { class: 'wrong' }, `✗ The engine does not run: ${error}`)]
  const { first } = verdict
  const happened = { accuracy: correct - accuracy >= 0.02 ? 'yes' : 'no', 'first quantity': first?.field ?? 'none' }
  const [reached, best] = [accuracy, correct].map((share) => `${(100 * share).toFixed(1)} %`)
  const notices = happened.accuracy === 'yes' ? 'the accuracy notices.' : 'the accuracy does not notice. It asks only which logit is the largest.'
  return [
    element('p', { class: first ? 'wrong' : 'right', 'data-first': first?.field ?? 'none' }, first ? `✗ differ: ${first.field} (${tags[first.field]}) is the first over its budget, at step ${first.number}` : '✓ match: every recorded quantity is within its budget'),
    element('p', {}, `Accuracy on the validation images ${reached}, correct ${best}: ${first ? notices : 'the engine is right.'}`),
    element('p', {}, scored(happened)),
    ...(about ? [element('p', {}, about.symptom, ' ', about.why), element('p', {}, element('strong', {}, about.lesson))] : []),
  ]
}

// Each prediction once: what it was, and how many were right until now.
function scored(happened) {
  const asked = Object.keys(guess).filter((name) => guess[name].value)
  const right = asked.filter((name) => guess[name].value === happened[name])
  const [before, all] = (kept('score') || '0 0').split(' ').map(Number)
  const score = [before + right.length, all + asked.length]
  kept('score', score.join(' '))
  for (const name of asked) guess[name].value = ''
  const each = asked.map((name) => `${name} ${right.includes(name) ? 'right' : 'wrong'}`).join(', ')
  return `${each ? `Your predictions: ${each}` : 'You predicted nothing'}. Score: ${score.join(' of ')}.`
}
