import type { EngineEvent } from "@pulumi/pulumi/automation";
import { begunBy, furthest, type UnderWay } from "../updates/upSteps";

/** How an `up` is shown while it runs. */
export interface UpProgress {
  onEvent: (event: EngineEvent) => void;
  end: () => void;
}

/** Milliseconds between two looks at the clock. */
const second = 1000;
const clear = "\r\u001b[K";

/**
 * On a terminal one line with what is under way, elapsed and usual time, gone at the end; elsewhere, and where several
 * stacks share the screen, a plain line for each part that begins.
 */
export function upProgress(stack: string, usual: number | undefined, alone: boolean): UpProgress {
  let begin = Date.now();
  const seconds = () => Math.round((Date.now() - begin) / second);
  const usually = usual === undefined ? "" : `, usually ${Math.round(usual)} s`;
  let known: UnderWay | undefined;
  const live = alone && process.stderr.isTTY;
  const show = () =>
    process.stderr.write(
      `${clear}${stack}: ${known === undefined ? "assessing" : known.step} … ${seconds()} s${known === undefined ? "" : usually}`,
    );
  if (!live) process.stderr.write(`${stack}: up begins, and is assessed first\n`);
  const timer = live ? setInterval(show, second) : undefined;
  return {
    onEvent: (event) => {
      const before = known?.step;
      known = furthest(known, begunBy(event));
      if (known === undefined || known.step === before) return;
      // What is usual is the time from here on, as the records have it.
      if (before === undefined) begin = Date.now();
      if (live) show();
      else if (before === undefined) process.stderr.write(`${stack}: ${known.step}${usually}\n`);
      else process.stderr.write(`${stack}: ${known.step}, after ${seconds()} s\n`);
    },
    end: () => {
      clearInterval(timer);
      if (live) process.stderr.write(clear);
    },
  };
}
