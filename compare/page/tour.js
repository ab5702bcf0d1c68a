// A tour in eight stops, and what is kept from one visit to the next.

const STOPS = [
  ['image', 'A digit of 28 × 28 pixels, and its label. Take another with Next, or draw one.'],
  ['E1', 'Each class has a template, its row of W. Pixel times weight, summed, plus b: the logit. Drag one: all below follows.'],
  ['E2', 'exp makes the logits positive; divided by their sum they are probabilities. The code subtracts the maximum first, so that exp never overflows: try it below, under “Logits of 1,000”.'],
  ['E3', 'The loss is −log P of the label. Sure and right costs 0; sure and wrong costs much.'],
  ['E4', 'Move a logit up by a little: log P of the label gains 1 if it is the label’s own (Y), and loses P, because the sum grows by P. L is minus the mean of N images: dZ = (P − Y) / N.'],
  ['E5', 'dW: each lit pixel gets its share of dZ. A black pixel gets none.'],
  ['E6', 'A step against the gradient. The loss of this image falls.'],
  ['training', 'Run the training: at every step it is compared with NumPy and PyTorch. Then break it, below. Begin with “stale gradient”, a missing zero_grad: the badge sees it, the accuracy does not.'],
]

// Where the browser keeps nothing, nobody knows whether this is the first visit.
const memory = { visited: 'perhaps' }

/** What the browser keeps of this name, from now on `value` if there is one; '' if it has none. */
export function kept(name, value) {
  try {
    if (value) localStorage[`softmax-twice-${name}`] = value
    return localStorage[`softmax-twice-${name}`] ?? ''
  } catch {
    return (memory[name] = value ?? memory[name] ?? '')
  }
}

/** Buttons that start the tour, go on and end it; the first visit starts it, unless the address asks for a state. */
export function listen_to_tour() {
  const [tour, start, next, end, text] = ['tour', 'tour-start', 'tour-next', 'tour-end', 'tour-text'].map((id) => document.getElementById(id))
  let stop = 0
  const show = () => {
    tour.hidden = stop >= STOPS.length
    document.querySelector('.stop')?.classList.remove('stop')
    if (tour.hidden) return
    const [id, said] = STOPS[stop]
    text.textContent = `${stop + 1} of ${STOPS.length}. ${said}`
    next.textContent = stop === STOPS.length - 1 ? 'Finish' : 'Next'
    document.getElementById(id).classList.add('stop')
  }
  const go_to = (number) => {
    stop = number
    show()
    if (tour.hidden) return start.focus()
    const place = document.querySelector('.stop')
    place.scrollIntoView({ block: place.clientHeight > innerHeight / 2 ? 'start' : 'center' })
    next.focus({ preventScroll: true })
  }
  start.addEventListener('click', () => go_to(0))
  next.addEventListener('click', () => go_to(stop + 1))
  end.addEventListener('click', () => go_to(STOPS.length))
  tour.addEventListener('keydown', (event) => event.key === 'Escape' && go_to(STOPS.length))
  if (location.hash.length > 1 || kept('visited')) return
  kept('visited', 'yes')
  show()
}
