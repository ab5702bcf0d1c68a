// The text of packing.py back into arrays.

const TYPES = { float64: Float64Array, int64: BigInt64Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array }
const LEAST = -(2n ** 63n)

// base64, with a minus for the slash
function bytes_of(text) {
  const binary = atob(text.replaceAll('-', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** table: name, dtype, shape and bytes of each array -> name: flat typed array */
export async function unpack(table, text) {
  const content = bytes_of(text)
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

/** distances: how many floating-point numbers the values are above `near` */
export function from_distance(near, distances) {
  const bits = new BigInt64Array(Float64Array.from(near).buffer)
  const moved = bits.map((value, i) => rank(BigInt.asIntN(64, rank(value) + distances[i])))
  return new Float64Array(moved.buffer)
}

// It is its own inverse: the place of a number among all, 0 being that of 0, and back.
function rank(bits) {
  return bits < 0n ? LEAST - bits : bits
}
