// A tour of the page.

import { kept } from './kept.js'
import { $, on, say, stops } from './numbers.js'

/** The first visit starts the tour by itself, unless the address asks for a state. */
export function listen_to_tour() {
  const [tour, start, previous, next, end, text] = ['tour', 'tour-start', 'tour-previous', 'tour-next', 'tour-end', 'tour-text'].map($)
  let stop = 0
  const go_to = (number, by_itself) => {
    const left = document.querySelector('.stop')
    left?.classList.remove('stop')
    tour.hidden = number >= stops.length
    if (tour.hidden) return focus_on(left)
    stop = number
    const [id, said] = stops[stop]
    text.textContent = `${stop + 1} of ${stops.length}. ${said}`
    end.hidden = stop === stops.length - 1
    next.textContent = say(end.hidden ? 'finish' : 'next')
    previous.ariaDisabled = !stop
    $(id).classList.add('stop')
    if (by_itself) return
    $(id).scrollIntoView({ block: $(id).clientHeight > innerHeight / 2 ? 'start' : 'center' })
    focus_on(next)
  }
  on(start, 'click', () => go_to(0))
  on(previous, 'click', () => go_to(Math.max(0, stop - 1)))
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
