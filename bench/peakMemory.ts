import { allProcesses, below, memoryOf, startedBefore } from "./processSamples";

const milliseconds = 50;

/**
 * Does some work and watches the programs that it starts.
 * @returns the most memory that they held together, in MiB: the sum of their resident pages, shared ones counted in each
 */
export async function peakMemory(work: () => Promise<void>): Promise<number> {
  let peak = 0;
  const others = startedBefore();
  const watch = setInterval(() => {
    const all = allProcesses();
    peak = Math.max(peak, memoryOf(below(process.pid, all, others), all));
  }, milliseconds);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return peak;
}
