// Calls functions of a module for another process: node functions.mjs MODULE.
// A request is a line of JSON, [name, shapes], and the values of all arguments as float64; [] is a number.
// The answer is a line with the shapes of the results, and their values.
import { readSync, writeSync } from 'node:fs'

const functions = await import(process.argv[2])

for (let line = read_line(); line; line = read_line()) {
  const [name, shapes] = JSON.parse(line)
  const results = [functions[name](...shapes.map(read))].flatMap((result) => (is_pair(result) ? result : [result]))
  write(Buffer.from(JSON.stringify(results.map(shape_of)) + '\n'))
  for (const result of results) write(bytes_of(result))
}

function read(shape) {
  const values = new Float64Array(read_bytes(8 * shape.reduce((a, b) => a * b, 1)).buffer)
  if (shape.length === 2) return Array.from({ length: shape[0] }, (_, n) => values.slice(n * shape[1], (n + 1) * shape[1]))
  return shape.length ? values : values[0]
}

// of two results, such as [dW, db], the last is no row of a matrix
function is_pair(result) {
  return Array.isArray(result) && Array.isArray(result[0])
}

function shape_of(result) {
  return typeof result === 'number' ? [] : Array.isArray(result) ? [result.length, result[0].length] : [result.length]
}

function bytes_of(result) {
  const rows = typeof result === 'number' ? [Float64Array.of(result)] : Array.isArray(result) ? result : [result]
  return Buffer.concat(rows.map((row) => new Uint8Array(row.buffer)))
}

function read_line() {
  let line = ''
  for (let byte = read_bytes(1); byte && byte[0] !== 10; byte = read_bytes(1)) line += String.fromCharCode(byte[0])
  return line
}

function read_bytes(length) {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length; ) {
    const more = readSync(0, bytes, done, length - done)
    if (!more) return undefined
    done += more
  }
  return bytes
}

function write(bytes) {
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done)
}
