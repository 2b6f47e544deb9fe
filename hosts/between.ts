/** Lets pass what a stream holds between two marks, as it comes: a login shell may greet before, and complain after. */
export class Between {
  begun = false;
  /** What stands between the end mark and the next blank; undefined until both have come. */
  ending: string | undefined;
  private held = Buffer.alloc(0);
  private ended = false;

  /**
   * @param begin a line of its own
   * @param end undefined where all that follows belongs to it
   */
  constructor(
    private readonly begin: string,
    private readonly end: string | undefined,
    private readonly pass: (chunk: Buffer) => void,
  ) {}

  add(chunk: Buffer): void {
    this.held = Buffer.concat([this.held, chunk]);
    if (!this.begun) this.lookForBegin();
    if (this.begun && !this.ended) this.lookForEnd();
    if (this.ended) this.readEnding();
  }

  /** To be called when nothing more comes. @returns what came before the begin */
  finish(): string {
    if (this.begun && !this.ended) this.pass(this.held);
    return this.begun ? "" : this.held.toString();
  }

  private lookForBegin(): void {
    const line = `${this.begin}\n`;
    const at = this.held.indexOf(line);
    if (at < 0) {
      this.held = this.held.subarray(-mostBefore);
      return;
    }
    this.begun = true;
    this.held = this.held.subarray(at + line.length);
  }

  private lookForEnd(): void {
    const at = this.end === undefined ? -1 : this.held.indexOf(this.end);
    const passed = at >= 0 ? at : Math.max(0, this.held.length - (this.end?.length ?? 0));
    if (passed > 0) this.pass(this.held.subarray(0, passed));
    this.held = this.held.subarray(passed);
    if (at < 0) return;
    this.ended = true;
    this.held = this.held.subarray(this.end?.length);
  }

  private readEnding(): void {
    const blank = this.held.indexOf(" ");
    if (blank >= 0) this.ending ??= this.held.subarray(0, blank).toString();
    this.held = this.held.subarray(0, 16);
  }
}

/** Bytes kept of what comes before the begin: enough for all that ssh says. */
const mostBefore = 65_536;
