// What leads the reader: a tour of the page, and one question at each equation, to be answered before one looks.

import { kept } from './kept.js'
import { $, abs, max, number_in, on, questions, say, stops } from './numbers.js'

/** The first visit starts the tour by itself, unless the address asks for a state. */
export function listen_to_tour() {
  const [tour, previous, next, end, text] = ['tour', 'tour-previous', 'tour-next', 'tour-end', 'tour-text'].map($)
  let stop = 0
  const go_to = (number, by_itself) => {
    const left = document.querySelector('.stop')
    left?.classList.remove('stop')
    tour.hidden = number >= stops.length
    if (tour.hidden) return focus_on(left)
    stop = number
    const [id, said] = stops[stop]
    next.ariaDescription = text.textContent = said
    end.hidden = stop === stops.length - 1
    next.textContent = say(end.hidden ? 'finish' : 'next')
    previous.ariaDisabled = !stop
    $(id).classList.add('stop')
    // it hides nothing there
    $(id).before(tour)
    if (by_itself) return
    tour.scrollIntoView()
    focus_on(next)
  }
  on('tour-start', 'click', () => go_to(0))
  on(previous, 'click', () => go_to(max(0, stop - 1)))
  on(next, 'click', () => go_to(stop + 1))
  on(end, 'click', () => go_to(stops.length))
  on(document, 'keydown', ({ key }) => key === 'Escape' && !tour.hidden && go_to(stops.length))
  if (location.hash.length > 1 || kept('visited')) return
  kept('visited', 'yes')
  go_to(0, true)
}

// The page stays where it is, and Tab goes on from here.
function focus_on(place) {
  if (place.tabIndex < 0) place.tabIndex = -1
  place.focus({ preventScroll: true })
}

export function listen_to_questions() {
  for (const form of document.querySelectorAll('.question')) {
    const [input, , out] = form.elements
    const row = form.closest('article')
    const { right, reason, hints, help } = questions[row.id]
    on(form, 'input', () => (out.textContent = ''))
    on(form, 'submit', (event) => {
      event.preventDefault()
      const is_near = (answer) => abs(number_in(input.value) - answer) <= 0.01 * max(1, abs(answer))
      const is_right = is_near(right)
      if (is_right) row.classList.add('answered')
      out.className = is_right ? 'right' : 'wrong'
      const why = hints.find(([answer]) => is_near(answer))?.[1] ?? (isNaN(number_in(input.value)) ? say('a_number') : help)
      out.textContent = `${say(`${out.className}_answer`)} ${is_right ? reason : why}`
    })
  }
}
