import { createReadStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation";

/** Milliseconds between looks at the file. */
const pause = 100;

/**
 * Tells of each event that Pulumi's engine writes into its event log, a line of JSON each.
 * @param ended whether no more will come; what is there by then is still told
 */
export async function followEvents(
  file: string,
  onEvent: (event: EngineEvent) => void,
  ended: () => boolean,
): Promise<void> {
  let place = 0;
  let rest = "";
  for (;;) {
    const last = ended();
    for await (const part of textFrom(file, place)) {
      place += Buffer.byteLength(part);
      const lines = (rest + part).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) tellOf(line, onEvent);
    }
    if (last) return;
    await sleep(pause);
  }
}

async function* textFrom(file: string, start: number): AsyncGenerator<string> {
  try {
    // A character is never cut in two at the end of what is there: the engine writes whole lines.
    for await (const part of createReadStream(file, { start, encoding: "utf8" })) yield String(part);
  } catch (error) {
    // The engine makes it once it begins, which it may never do.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** What the engine says for its own developers is left out. */
function tellOf(line: string, onEvent: (event: EngineEvent) => void): void {
  let event: EngineEvent;
  try {
    event = JSON.parse(line) as EngineEvent;
  } catch {
    // Half a line of an engine that was killed.
    return;
  }
  if ((event.diagnosticEvent?.severity as string | undefined) !== "debug") onEvent(event);
}
