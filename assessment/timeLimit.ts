import { setMaxListeners } from "node:events";
import { within } from "./within";

/** A time that several questions share, whether they are asked at once or one after the other. */
export class TimeLimit {
  /** Says that it is over. */
  readonly signal: AbortSignal;
  private readonly ending = new AbortController();
  private readonly until: number;

  /** @param seconds from now on */
  constructor(private readonly seconds: number) {
    this.signal = this.ending.signal;
    // As many questions as there are images hang on it, which is no leak to be warned of.
    setMaxListeners(0, this.signal);
    this.until = performance.now() + seconds * 1000;
  }

  /** Why there is no answer once it is over. */
  get text(): string {
    return `no answer in ${this.seconds} s`;
  }

  /** Seconds; none once it is over. */
  left(): number {
    return Math.max(0, this.until - performance.now()) / 1000;
  }

  /** What a promise gives in the time that is left, else something instead. */
  for<Value>(answer: Promise<Value>, instead: Value): Promise<Value> {
    return within(this.left(), answer, instead);
  }

  /** Ends what is still being asked: nobody waits for it. */
  over(): void {
    this.ending.abort(new Error(this.text));
  }
}
