import { Agent, get } from "node:http";
import type { Answer } from "./answers";

export const requestsPerSecond = 50;

/** Milliseconds after which a request without a whole answer has failed. */
const patience = 1000;

/**
 * A client that asks at a steady rate, whether or not the earlier requests were answered, each on a connection of its
 * own. Begins at once and goes on until `stop`.
 */
export class SteadyClient {
  private readonly agent = new Agent({ keepAlive: false });
  private readonly begun = performance.now();
  private readonly answers: Promise<Answer>[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly url: string) {
    this.sendWhatIsDue();
  }

  /** Sends nothing more and waits for what is under way. @returns every request's end */
  stop(): Promise<Answer[]> {
    clearTimeout(this.timer);
    return Promise.all(this.answers);
  }

  private sendWhatIsDue(): void {
    const due = (request: number) => this.begun + (request * 1000) / requestsPerSecond;
    while (due(this.answers.length) <= performance.now()) this.answers.push(this.ask());
    this.timer = setTimeout(() => this.sendWhatIsDue(), due(this.answers.length) - performance.now());
  }

  private ask(): Promise<Answer> {
    const sentAt = performance.now();
    return new Promise((resolve) => {
      const end = (healthy: boolean) => {
        clearTimeout(impatience);
        resolve({ sentAt, endedAt: performance.now(), healthy });
      };
      const request = get(this.url, { agent: this.agent }, (response) => {
        response.on("error", () => end(false));
        response.on("end", () => end(response.complete && response.statusCode === 200));
        response.resume();
      });
      request.on("error", () => end(false));
      const impatience = setTimeout(() => request.destroy(new Error("no answer in time")), patience);
    });
  }
}
