// The text of packing.py back into arrays.

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
const TYPES = { float64: Float64Array, int64: BigInt64Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array }
const LEAST = -(2n ** 63n)

/** Five characters are four bytes; a last group may be shorter. */
export function base85(text) {
  const digit = new Uint8Array(128)
  for (let i = 0; i < ALPHABET.length; i++) digit[ALPHABET.charCodeAt(i)] = i
  const bytes = new Uint8Array(4 * Math.ceil(text.length / 5))
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < text.length; i += 5) {
    let value = 0
    for (let j = i; j < i + 5; j++) value = 85 * value + (j < text.length ? digit[text.charCodeAt(j)] : 84)
    view.setUint32((4 * i) / 5, value)
  }
  return bytes.subarray(0, bytes.length - ((5 - (text.length % 5)) % 5))
}

/** table: name, dtype, shape and bytes of each array -> name: flat typed array */
export async function unpack(table, text) {
  const content = base85(text)
  const arrays = {}
  let first = 0
  for (const row of table) {
    arrays[row.name] = new TYPES[row.dtype](await inflate(content.subarray(first, first + row.bytes)))
    first += row.bytes
  }
  return arrays
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream).arrayBuffer()
}

/** Which pixels are lit, eight in a byte, and the values of those -> all pixels of `count` bytes */
export function unpack_images(lit, values, count) {
  const images = new Uint8Array(count)
  let next = 0
  for (let i = 0; i < count; i++) if ((lit[i >> 3] >> (7 - (i & 7))) & 1) images[i] = values[next++]
  return images
}

/** near: Float64Array, distances: how many floating-point numbers the values are above it, a BigInt64Array */
export function from_distance(near, distances) {
  const bits = new BigInt64Array(Float64Array.from(near).buffer)
  const moved = bits.map((value, i) => rank(BigInt.asIntN(64, rank(value) + distances[i])))
  return new Float64Array(moved.buffer)
}

// It is its own inverse: the place of a number among all, 0 being that of 0, and back.
function rank(bits) {
  return bits < 0n ? LEAST - bits : bits
}
