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

/** The release that this image was first built for; a service that did not change since keeps it. */
export function release(): string {
  return process.env.RELEASE ?? "unknown";
}

/** Ends the process as failed, with a last line in the log that says why. */
export function fatal(message: string): never {
  log(`fatal: ${message}`);
  process.exit(1);
}
