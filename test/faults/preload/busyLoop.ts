/** Loaded into a worker before anything else: SIGUSR2 keeps its event loop busy for BUSY_MS. */
const busyMs = Number(process.env['BUSY_MS'] ?? 20_000)

process.on('SIGUSR2', () => {
  const end = performance.now() + busyMs
  while (performance.now() < end) {
    // Nothing else of this process runs meanwhile.
  }
})
