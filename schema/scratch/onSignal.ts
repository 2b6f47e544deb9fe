/** Signals that end a process and leave it time to clean up. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Milliseconds that cleaning up after a signal may take. */
const patience = 5_000;

const duties = new Set<() => Promise<void>>();

/**
 * Has something done before a signal ends the process, which it then does as if nobody had listened.
 * @returns takes the duty off again
 */
export function onSignal(duty: () => Promise<void>): () => void {
  if (duties.size === 0) for (const signal of signals) process.on(signal, leave);
  duties.add(duty);
  return () => {
    duties.delete(duty);
    if (duties.size === 0) for (const signal of signals) process.off(signal, leave);
  };
}

function leave(signal: NodeJS.Signals): void {
  for (const each of signals) process.off(each, leave);
  const late = setTimeout(() => process.kill(process.pid, signal), patience);
  void Promise.allSettled([...duties].map((duty) => duty())).then(() => {
    clearTimeout(late);
    process.kill(process.pid, signal);
  });
}
