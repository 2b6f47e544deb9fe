/** Writes one line of JSON: the time, which release of which service speaks, and what happened. */
export function log(message: string, details: Record<string, unknown> = {}): void {
  const line = {
    time: new Date().toISOString(),
    service: process.env.SERVICE,
    release: release(),
    message,
    ...details,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The release that this container was started as: the deployment says it, the image doesn't know. */
export function release(): string {
  return process.env.RELEASE ?? "unknown";
}

/** Ends the process as failed, with a last line in the log that says why. */
export function fatal(message: string): never {
  log(`fatal: ${message}`);
  process.exit(1);
}
