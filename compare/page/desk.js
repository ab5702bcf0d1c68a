// The desk: one image through the six equations.

import { log_softmax, logits, logits_gradient, nll_loss, parameter_gradients, sgd_step } from './engine.js'
import { digits, element, facts, make_bars, make_picture, max, min, on, say } from './numbers.js'

// `moved` logits replace those of E1.
function desk_step(state) {
  const [X, y] = [[state.x], [state.label]]
  const own = logits(X, state.W, state.b)
  const Z = state.moved ? [state.moved] : own
  const logP = log_softmax(Z)
  const dZ = logits_gradient(logP, y)
  const [dW, db] = parameter_gradients(X, dZ)
  const [W, b] = sgd_step(state.W, state.b, dW, db, state.lr)
  const after = nll_loss(log_softmax(logits(X, W, b)), y)
  return { Z: Z[0], logP: logP[0], P: logP[0].map(Math.exp), L: nll_loss(logP, y), dZ: dZ[0], dW, db, W, b, after, is_moved: Z[0][state.label] !== own[0][state.label] }
}

function values_here(step, { x, label, W, b, lr }) {
  const { names } = facts
  const name = names[label]
  const range = (values) => {
    const [low, high] = [min(...values), max(...values)]
    return low === high ? digits(low) : `${digits(low)} to ${digits(high)}`
  }
  const row = (values) => `row of ${name}: ${range(values)}`
  const found = { X: `${x.length} pixels, ${x.filter((value) => value > 0).length} above 0`, y: name, W: row(W[label]), Y: `1 at ${name}, else 0`, L: digits(step.L), dW: row(step.dW[label]), lr: digits(lr), N: '1 (one image)' }
  for (const [symbol, values] of Object.entries({ ...step, b })) if (values.length === names.length && !found[symbol]) found[symbol] = `${digits(values[label])} at ${name}; all: ${range(values)}`
  return found
}

// For the sentences of notes.py.
function worked(step, { x, label, b, lr }) {
  const [Z, P, dZ, bias] = [step.Z, step.P, step.dZ, b].map((values) => values[label])
  const largest = max(...step.Z)
  const sum = step.Z.reduce((sum, z) => sum + Math.exp(z - largest), 0)
  const ink = max(...x)
  const signed = (value) => (value < 0 ? `(${digits(value)})` : digits(value))
  const { classes, names } = facts
  return {
    product: Z - bias, plus_b: signed(bias), Z, largest, power: Math.exp(Z - largest), sum, P, L: step.L, classes, guessing: Math.log(classes),
    dZ, ink, dW: step.dW[label][x.indexOf(ink)], at: names[label], b: bias, lr, times_db: signed(dZ), b_after: step.b[label], after: step.after,
  }
}

/** on_logit(k, value): a logit was moved; on_logit(): back to E1 -> a function of the state: to what each symbol is, and the logits */
export function make_desk(on_logit) {
  const bars = Object.entries({ Z: { on_move: on_logit }, P: { positive: true }, logP: {}, dZ: {}, db: {} }).map(([symbol, how]) => [symbol, make_bars(symbol, how)])
  const [Z, P, logP, dZ, db] = bars.map(([, { table }]) => table)
  const pictures = ['dW', 'W'].map((symbol) => [symbol, make_picture(symbol)])
  const [dW, W] = pictures.map(([, { figure }]) => figure)
  const back = element('button', {}, say('back'))
  on(back, 'click', () => {
    on_logit()
    Z.querySelector('[type=range]').focus()
  })
  const lines = Object.entries({ E1: [Z, back], E2: [P], E3: [logP], E4: [dZ], E5: [dW, db], E6: [W] }).map(([tag, made]) => {
    const line = element('p', { class: 'digits worked' })
    document.querySelector(`#${tag} .numbers`).append(line, ...made)
    return [tag, line]
  })
  const places = document.querySelectorAll('[data-value]')
  return (state) => {
    const step = desk_step(state)
    const [values, numbers] = [values_here(step, state), worked(step, state)]
    for (const [symbol, { set }] of bars) set(step[symbol], state.label)
    for (const [symbol, { set }] of pictures) set(step[symbol][state.label])
    const notes_of = { E1: step.is_moved && 'moved', E5: !state.x.some(Boolean) && 'E5_empty' }
    for (const [tag, line] of lines) line.textContent = say(notes_of[tag] || tag, numbers)
    for (const place of places) place.textContent = values[place.dataset.value]
    back.hidden = !state.moved
    return [values, step.Z]
  }
}
