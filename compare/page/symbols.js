// Symbols: pointing at one, or reaching it with Tab, lights up all of its name; a click or Enter holds it.

import { mark, on, symbols } from './numbers.js'

/** about: where sentence(name) stands -> say_last() */
export function listen_to_symbols(about, sentence) {
  for (const formula of document.querySelectorAll('.formula')) name_formula(formula)
  for (const one of document.querySelectorAll('[data-symbol]:not(math *)')) {
    const names = one.dataset.symbol.split(' ').map((name) => symbols[name].formula).join(', ')
    if (!one.closest('.formula')) one.textContent ||= names
    Object.assign(one, { tabIndex: 0, role: 'button', ariaLabel: one.closest('pre') && one.textContent !== names ? `${one.textContent} for ${names}` : names })
  }
  const hint = about.textContent
  let [held, last] = []
  const say_last = () => last && (about.textContent = last.split(' ').map(sentence).join(' '))
  const light = (names) => {
    for (const one of document.querySelectorAll('[data-symbol]')) {
      for (const [how, those] of Object.entries({ lit: names, held })) one.classList.toggle(how, share_a_name(one.dataset.symbol, those))
    }
    last = names || last
    if (names) say_last()
  }
  const hold = (names) => ((held = held === names ? undefined : names), light(held))
  const symbol_of = (event) => event.target.closest?.('[data-symbol]')?.dataset.symbol
  // a page that scrolls below the mouse leaves lit what has the focus
  for (const name of ['mouseover', 'focusin', 'focusout']) on(document, name, (event) => light((name !== 'focusout' && symbol_of(event)) || document.activeElement.dataset.symbol || held))
  on(document, 'click', (event) => symbol_of(event) && hold(symbol_of(event)))
  on(document, 'keydown', (event) => {
    if (event.key === 'Escape') {
      last = undefined
      hold(undefined)
      about.textContent = hint
    }
    if (!['Enter', ' '].includes(event.key) || !symbol_of(event)) return
    event.preventDefault()
    hold(symbol_of(event))
  })
  return say_last
}

function share_a_name(some, others) {
  return Boolean(others) && some.split(' ').some((name) => others.split(' ').includes(name))
}

// What has the role `math` has no buttons inside: those that the keyboard reaches lie behind its symbols.
function name_formula(formula) {
  const pairs = Array.from(formula.querySelectorAll('[data-symbol]'), (one) => [one, mark(one.dataset.symbol)])
  formula.append(...pairs.map(([, button]) => button))
  const place = () => {
    const from = formula.getBoundingClientRect()
    for (const [one, { style }] of pairs) {
      const box = one.getBoundingClientRect()
      for (const side of ['left', 'top']) style[side] = `${box[side] - from[side]}px`
      for (const size of ['width', 'height']) style[size] = `${box[size]}px`
    }
  }
  new ResizeObserver(place).observe(formula)
}
