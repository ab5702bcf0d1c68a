// What is kept from one visit to the next, and in the address.

// Where nothing is kept, nobody knows whether this is the first visit.
const memory = { visited: 'perhaps' }

/** What the browser keeps by this name, else ''; value: from now on. */
export function kept(name, value) {
  const key = `softmax-twice-${name}`
  try {
    if (value) localStorage[key] = value
    return localStorage[key] ?? ''
  } catch {
    return (memory[name] = value ?? memory[name] ?? '')
  }
}

let waiting

/** Keep in the address what parts() gives, not too often: browsers slow such pages down; what is asked for meanwhile stays. */
export function keep_address(parts) {
  const { hash } = location
  clearTimeout(waiting)
  waiting = setTimeout(() => location.hash === hash && history.replaceState(null, '', `#${new URLSearchParams(parts())}`), 300)
}

export function read_address() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
}
