// The desk: one image through the six equations.

import { log_softmax, logits, logits_gradient, nll_loss, parameter_gradients, sgd_step } from './engine.js'
import { digits, element, make_bars, make_picture, mark } from './numbers.js'

/** One step on the image of the state, with what was touched: `moved` logits replace those of E1. */
export function desk_step(state) {
  const X = [state.x]
  const y = [state.label]
  const Z = state.moved ? [state.moved] : logits(X, state.W, state.b)
  const logP = log_softmax(Z)
  const dZ = logits_gradient(logP, y)
  const [dW, db] = parameter_gradients(X, dZ)
  const [W, b] = sgd_step(state.W, state.b, dW, db, state.lr)
  const after = nll_loss(log_softmax(logits(X, W, b)), y)
  return { X, y, Z, logP, P: logP.map((row) => row.map(Math.exp)), L: nll_loss(logP, y), dZ, dW, db, W, b, after }
}

/** What each symbol is for the image of the state, in a few words. */
export function values_here(step, state, facts) {
  const name = facts.names[state.label]
  const range = (values) => {
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
    return low === high ? digits(low) : `${digits(low)} to ${digits(high)}`
  }
  const classes = (values) => `${digits(values[state.label])} at ${name}; all: ${range(values)}`
  const row = (values) => `row of ${name}: ${range(values)}`
  return {
    X: `${state.x.length} pixels, ${state.x.filter((value) => value > 0).length} above 0`,
    y: name,
    W: row(state.W[state.label]),
    b: classes(state.b),
    Z: classes(step.Z[0]),
    logP: classes(step.logP[0]),
    P: classes(step.P[0]),
    Y: `1 at ${name}, else 0`,
    L: digits(step.L),
    dZ: classes(step.dZ[0]),
    dW: row(step.dW[state.label]),
    db: classes(step.db),
    lr: digits(state.lr),
    N: '1 (one image)',
  }
}

/** The numbers of all six rows, made once. on_logit(k, value): a logit was moved; on_logit(): back to E1 -> a function of the state. */
export function make_desk(facts, on_logit) {
  const [Z, P, dZ, db] = [['Z', { on_move: on_logit }], ['P', { positive: true }], ['dZ'], ['db']].map(([symbol, how]) => make_bars(symbol, facts.names, how))
  const [dW, W] = [['dW', 'row of the label'], ['W', 'row of the label after the step']].map(([symbol, text]) => make_picture(symbol, facts.shape, text))
  const [back, falls] = [element('button', { type: 'button' }, 'Back to the logits of E1'), element('p', { class: 'digits' })]
  back.addEventListener('click', () => on_logit())
  const guess = element('p', { class: 'note' }, `All classes alike costs ln ${facts.classes} = ${digits(Math.log(facts.classes))} nats.`)
  const listed = Object.entries({ E1: [Z.table, back], E2: [P.table], E3: [guess], E4: [dZ.table], E5: [dW.figure, db.table], E6: [W.figure, falls] }).flatMap(
    ([tag, made]) => fill_numbers(tag, made),
  )
  return (state) => {
    const step = desk_step(state)
    Z.set(step.Z[0], state.label)
    P.set(step.P[0], state.label)
    dZ.set(step.dZ[0], state.label)
    db.set(step.db, state.label)
    dW.set(step.dW[state.label])
    W.set(step.W[state.label])
    back.hidden = !state.moved
    falls.textContent = `L of this image: ${digits(step.L)} before, ${digits(step.after)} after the step`
    const values = values_here(step, state, facts)
    for (const [name, place] of listed) place.textContent = values[name]
    return values
  }
}

// Each symbol of the formula with its value, and what was made below -> [[symbol, place of its value]]
function fill_numbers(tag, made) {
  const named = Array.from(document.querySelectorAll(`#${tag} math [data-symbol]`), (one) => one.dataset.symbol)
  const listed = [...new Set(named)].map((name) => [name, element('dd', { class: 'digits' })])
  const list = element('dl', {}, ...listed.map(([name, place]) => element('div', {}, element('dt', {}, mark(name)), place)))
  document.querySelector(`[data-numbers="${tag}"]`).append(list, ...made)
  return listed
}
