// A tour of the page.

import { kept } from './kept.js'
import { $, on } from './numbers.js'

/** stops: [id, text]. The first visit starts the tour by itself, unless the address asks for a state. */
export function listen_to_tour(stops) {
  const [tour, start, next, end, text] = ['tour', 'tour-start', 'tour-next', 'tour-end', 'tour-text'].map($)
  let stop = 0
  const go_to = (number, by_itself) => {
    stop = number
    tour.hidden = stop >= stops.length
    document.querySelector('.stop')?.classList.remove('stop')
    if (tour.hidden) return start.focus()
    const [id, said] = stops[stop]
    text.textContent = `${stop + 1} of ${stops.length}. ${said}`
    next.textContent = stop === stops.length - 1 ? 'Finish' : 'Next'
    $(id).classList.add('stop')
    if (by_itself) return
    $(id).scrollIntoView({ block: $(id).clientHeight > innerHeight / 2 ? 'start' : 'center' })
    next.focus({ preventScroll: true })
  }
  on(start, 'click', () => go_to(0))
  on(next, 'click', () => go_to(stop + 1))
  on(end, 'click', () => go_to(stops.length))
  on(tour, 'keydown', (event) => event.key === 'Escape' && go_to(stops.length))
  if (location.hash.length > 1 || kept('visited')) return
  kept('visited', 'yes')
  go_to(0, true)
}
