// A tour in eight stops.

const STOPS = [
  ['image', 'A digit of 28 × 28 pixels, and its label. Take another with Next, or draw one.'],
  ['E1', 'Each class has a template, its row of W. Pixel times weight, summed, plus b: the logit. Drag one: all below follows.'],
  ['E2', 'exp makes the logits positive; divided by their sum they are probabilities. The code subtracts the maximum first: see below, under Touch, what happens if not.'],
  ['E3', 'The loss is −log P of the label. Sure and right costs 0; sure and wrong costs much.'],
  ['E4', 'P − Y: what the model says minus what is true. The label is pulled up, all others down, and N images share the step.'],
  ['E5', 'dW: each lit pixel gets its share of dZ. A black pixel gets none.'],
  ['E6', 'A step against the gradient. The loss of this image falls.'],
  ['training', 'Run the training: at every step it is compared with NumPy and PyTorch. Then break it, below: the accuracy often does not notice what the badge does.'],
]

/** Buttons that start the tour, go on and end it. */
export function listen_to_tour() {
  const [tour, start, next, end, text] = ['tour', 'tour-start', 'tour-next', 'tour-end', 'tour-text'].map((id) => document.getElementById(id))
  let stop = 0
  const go_to = (number) => {
    stop = number
    tour.hidden = stop >= STOPS.length
    document.querySelector('.stop')?.classList.remove('stop')
    if (tour.hidden) return start.focus()
    const [id, said] = STOPS[stop]
    text.textContent = `${stop + 1} of ${STOPS.length}. ${said}`
    next.textContent = stop === STOPS.length - 1 ? 'Finish' : 'Next'
    const place = document.getElementById(id)
    place.classList.add('stop')
    place.scrollIntoView({ block: place.clientHeight > innerHeight / 2 ? 'start' : 'center' })
    next.focus({ preventScroll: true })
  }
  start.addEventListener('click', () => go_to(0))
  next.addEventListener('click', () => go_to(stop + 1))
  end.addEventListener('click', () => go_to(STOPS.length))
  tour.addEventListener('keydown', (event) => event.key === 'Escape' && go_to(STOPS.length))
}
