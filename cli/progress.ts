/** Milliseconds that may pass before a person is told that something is under way. */
const patience = 1000;

/** Waits for work, and on a terminal says so in a line that is gone once the work is done. */
export async function whileWaiting<Result>(what: string, work: Promise<Result>): Promise<Result> {
  if (!process.stderr.isTTY) return work;
  const start = Date.now();
  const clear = "\r\u001b[K";
  const timer = setInterval(
    () => process.stderr.write(`${clear}${what} … ${Math.round((Date.now() - start) / 1000)} s`),
    patience,
  );
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (Date.now() - start >= patience) process.stderr.write(clear);
  }
}
