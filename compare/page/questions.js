// One question at each equation, to be answered before one looks.

import { number_in, on, questions, say } from './numbers.js'

export function listen_to_questions() {
  for (const form of document.querySelectorAll('.question')) {
    const [input, , out] = form.elements
    const { right, reason, hints, help } = questions[form.dataset.question]
    on(form, 'input', () => (out.textContent = ''))
    on(form, 'submit', (event) => {
      event.preventDefault()
      const is_near = (answer) => Math.abs(number_in(input.value) - answer) <= 0.01 * Math.max(1, Math.abs(answer))
      const is_right = is_near(right)
      if (is_right) form.closest('article').classList.add('answered')
      out.className = is_right ? 'right' : 'wrong'
      out.textContent = is_right ? `${say('right_answer')} ${reason}` : `${say('wrong_answer')} ${hints.find(([answer]) => is_near(answer))?.[1] ?? (isNaN(number_in(input.value)) ? say('a_number') : help)}`
    })
  }
}
