// One question at each equation, to be answered before one looks.

import { on } from './numbers.js'

export function listen_to_questions() {
  for (const form of document.querySelectorAll('.question')) {
    const [input, , out] = form.elements
    on(form, 'submit', (event) => {
      event.preventDefault()
      const is_right = Math.abs(input.value - form.dataset.right) <= 0.01 * Math.max(1, form.dataset.right)
      if (is_right) form.closest('article').classList.add('answered')
      out.className = is_right ? 'right' : 'wrong'
      out.textContent = is_right ? `✓ Right. ${form.dataset.reason}` : '✗ Not yet. Look at the formula, and try again.'
    })
  }
}
