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
  const begin = Date.now();
  const seconds = () => Math.round((Date.now() - begin) / second);
  const usually = usual === undefined ? "" : `, usually ${Math.round(usual)} s`;
  let known: UnderWay | undefined;
  const live = alone && process.stderr.isTTY;
  const show = () =>
    process.stderr.write(`${clear}${stack}: ${known?.step ?? "assessing"} … ${seconds()} s${usually}`);
  if (!live) process.stderr.write(`${stack}: up begins${usually}\n`);
  const timer = live ? setInterval(show, second) : undefined;
  return {
    onEvent: (event) => {
      const before = known?.step;
      known = furthest(known, begunBy(event));
      if (known === undefined || known.step === before) return;
      if (live) show();
      else process.stderr.write(`${stack}: ${known.step}, after ${seconds()} s\n`);
    },
    end: () => {
      clearInterval(timer);
      if (live) process.stderr.write(clear);
    },
  };
}
