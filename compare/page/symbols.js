// Symbols: pointing at one, or reaching it with Tab, lights up all of its name; a click or Enter holds it.

import { element, mark } from './numbers.js'

/** Make every symbol of formulas and codes a button. about: what the page says of it; sentence(name) -> text */
export function listen_to_symbols(about, symbols, sentence) {
  name_symbols(symbols)
  let held
  const light = (names) => {
    for (const one of document.querySelectorAll('[data-symbol]')) {
      one.classList.toggle('lit', share_a_name(one.dataset.symbol, names))
      one.classList.toggle('held', share_a_name(one.dataset.symbol, held))
    }
    if (names) about.textContent = names.split(' ').map(sentence).join(' ')
  }
  const hold = (names) => ((held = held === names ? undefined : names), light(held))
  const symbol_of = (event) => event.target.closest?.('[data-symbol]')?.dataset.symbol
  document.addEventListener('mouseover', (event) => light(symbol_of(event) ?? held))
  document.addEventListener('focusin', (event) => light(symbol_of(event) ?? held))
  document.addEventListener('click', (event) => symbol_of(event) && hold(symbol_of(event)))
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hold(undefined)
    if ((event.key !== 'Enter' && event.key !== ' ') || !symbol_of(event)) return
    event.preventDefault()
    hold(symbol_of(event))
  })
  return () => held && light(held)
}

function share_a_name(some, others) {
  return Boolean(others) && some.split(' ').some((name) => others.split(' ').includes(name))
}

function name_symbols(symbols) {
  for (const formula of document.querySelectorAll('.formula')) {
    const parts = Array.from(formula.querySelectorAll('math'))
    formula.setAttribute('aria-label', parts.map(spoken).join('; '))
    // its symbols are buttons, and a thing of the role `math` has none
    for (const part of parts) part.setAttribute('role', 'group')
  }
  for (const code of document.querySelectorAll('[data-side]')) add_stand_ins(code)
  for (const one of document.querySelectorAll('[data-symbol]')) {
    one.setAttribute('tabindex', '0')
    one.setAttribute('role', 'button')
    const names = one.dataset.symbol.split(' ').map((name) => symbols[name].formula).join(', ')
    one.setAttribute('aria-label', one.closest('pre') ? `${one.textContent}: ${names}` : names)
  }
}

// What the formula has and this code never names: Y is not built, and autograd has no line for dZ.
function add_stand_ins(code) {
  const names = (place) => Array.from(place.querySelectorAll('[data-symbol]'), (one) => one.dataset.symbol).flatMap((all) => all.split(' '))
  const written = names(code)
  const missing = [...new Set(names(code.closest('article').querySelector('.formula')))].filter((name) => !written.includes(name))
  if (missing.length) code.append(element('small', { class: 'stand-in' }, 'Without a name here: ', ...missing.flatMap((name, i) => (i ? [', ', mark(name)] : [mark(name)]))))
}

const WORDS = { '=': 'equals', '−': 'minus', '+': 'plus', '←': 'becomes', '⊤': 'transposed', '∑': 'sum', η: 'eta' }

/** A formula as it is read aloud. */
export function spoken(node) {
  const parts = Array.from(node.children, spoken)
  switch (node.localName) {
    case 'mfrac':
      return `${parts[0]}, over ${parts[1]},`
    case 'msub':
      return parts[0] === 'sum' ? `sum over ${parts[1]} of` : `${parts[0]} ${parts[1]}`
    case 'munder':
      return `sum over ${parts[1]} of`
    case 'msup':
      return parts[1] === 'transposed' ? parts.join(' ') : `${parts[0]} to the power of ${parts[1]}`
  }
  const text = node.textContent.trim()
  return parts.length ? parts.filter(Boolean).join(' ') : WORDS[text] ?? text
}
