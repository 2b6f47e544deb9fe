/** Says what is being done, how long it usually takes, and how long it took. */
export async function step<T>(
  say: (line: string) => void,
  what: string,
  usually: string,
  work: () => Promise<T>,
): Promise<T> {
  say(`${what} (usually ${usually})`);
  const started = process.hrtime.bigint();
  const result = await work();
  say(`${what}: done in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s`);
  return result;
}
