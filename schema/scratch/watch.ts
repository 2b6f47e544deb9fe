import type { ScratchDatabase } from "./scratchDatabase";

/** What a try is busy with. Calls of functions can take for ever, and the rest is of use without them. */
export type Phase = "schema" | "calls";

/** Seconds that all calls together may take. They take milliseconds. */
const callSeconds = 8;

/** Ends a try that takes too long. */
export class Watch {
  private timer: NodeJS.Timeout | undefined;
  phase: Phase = "schema";

  /** @param deadline milliseconds since 1970 */
  constructor(
    private readonly database: ScratchDatabase,
    private readonly deadline: number,
  ) {
    this.enter("schema");
  }

  enter(phase: Phase): void {
    this.phase = phase;
    const left = this.deadline - Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => this.database.interrupt(),
      Math.max(0, phase === "calls" ? Math.min(left, callSeconds * 1000) : left),
    );
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
