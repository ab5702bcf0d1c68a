// One question at each equation, to be answered before one looks.

import { element } from './numbers.js'

const close = (value, right, tolerance = 0.01) => Math.abs(value - right) <= tolerance * Math.max(1, Math.abs(right))

/** By tag: what is asked, the right number, and why. K classes. */
export function questions(K) {
  return {
    E1: ['All weights and biases are 0. What is each logit?', 0, 'A sum of products with 0, plus 0.'],
    E2: ['What do the probabilities of one image sum to?', 1, 'Each is divided by their sum.'],
    E3: [`All weights are 0: P is 1/${K} for each class. What is L, in nats?`, Math.log(K), `−log(1/${K}) = log ${K}: this is what guessing costs.`],
    E4: ['What does one row of dZ sum to?', 0, 'P sums to 1 and so does Y: the difference sums to 0. What one class wins the others lose.'],
    E5: ['Every image of the batch is there twice. By what is dW multiplied?', 1, 'The sum has twice the terms, and each is divided by 2N: the mean stays.'],
    E6: ['The learning rate is 0. By how much does W change?', 0, 'W ← W − 0 · dW.'],
  }
}

export function show_questions(K) {
  for (const [tag, [text, right, reason]] of Object.entries(questions(K))) {
    const form = document.querySelector(`[data-question="${tag}"]`)
    const input = element('input', { type: 'number', step: 'any', required: '' })
    const out = element('output', { 'aria-live': 'polite' })
    form.append(element('label', {}, `${text} `, input), ' ', element('button', {}, 'Check'), out)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const is_right = close(Number(input.value), right)
      if (is_right) form.closest('article').classList.add('answered')
      out.className = is_right ? 'right' : 'wrong'
      out.textContent = is_right ? `✓ Right. ${reason}` : '✗ Not yet. Look at the formula, and try again.'
    })
  }
}
