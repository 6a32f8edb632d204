// dynalite, as the tests start it: on the loopback, on a free port, its data in the folder that is named first; a
// table takes as many milliseconds to create as the second argument says.
// Prints its address once it listens; ends when its standard input does, so that it never outlives who started it.

const dynalite = require('dynalite')

// It throws what befalls a connection, so a client that is killed in the middle of a request would take it along.
const OF_A_CONNECTION = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE'])
process.on('uncaughtException', (error) => {
  if (OF_A_CONNECTION.has(error.code)) return
  console.error(error)
  process.exit(1)
})

const server = dynalite({ path: process.argv[2], createTableMs: Number(process.argv[3]) })
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
process.stdin.on('end', () => process.exit()).resume()
