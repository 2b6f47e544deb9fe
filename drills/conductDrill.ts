import { readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { temporaryFolder } from "../files/temporaryFolder";
import { httpProbe } from "../gates/httpProbe";
import { recordPlace } from "../records/writtenRecord";
import type { Settings } from "../settings/settings";
import { BrokenEnvironment, Refused } from "../stack/endings";
import { stackFile, withSettings, type SettingEdits } from "../updates/stackFile";
import { runUp, type UpEnded } from "../updates/up";
import type { Drill, Probed } from "./drill";
import type { ProbedService } from "./probedService";
import type { StackLook } from "./stackLook";
import { startSteadyProbe } from "./steadyProbe";
import { drillEnvironment, type DrillUnderWay } from "./underWay";
import { endText, wayOf, wentWrong, wrongInDrill, type Gone } from "./wentWrong";

/** A drill that may be run: everything has been looked at, and a person has agreed. */
export interface DrillOrder extends Pick<
  Drill,
  "id" | "stack" | "release" | "target" | "wayBack" | "inProduction" | "by"
> {
  /** As `pulumi --stack` takes it. */
  pulumiStack: string;
  /** The project's name. */
  project: string;
  settings: Settings;
  before: StackLook;
  probe: ProbedService | { none: string };
}

/** Who looks on while a way is gone. */
export interface WayWatch {
  onEvent: (event: EngineEvent) => void;
  /** Ends the `up` in order. */
  signal: AbortSignal;
  /** Ends it at once; then nothing is brought back either. */
  atOnce: AbortSignal;
  end: () => void;
}

export interface DrillWatch {
  begin: (way: DrillUnderWay["way"], release: string) => WayWatch;
  /** @throws where the state can't be read */
  look: () => Promise<StackLook>;
}

/** What the stack file is to say on the way out; what a person set for another decision has no say in it. */
export const targetSettings = (target: string): SettingEdits => ({
  imageTag: target,
  acknowledge: undefined,
  stepDown: undefined,
  retry: undefined,
  adopt: undefined,
});

/**
 * Goes out and comes back, whatever the way out came to, unless a person ended it at once.
 * @throws Refused or BrokenEnvironment where the way out could not begin: that was no drill
 */
export async function conductDrill(
  order: DrillOrder,
  watch: DrillWatch,
): Promise<{ drill: Drill; last: StackLook | undefined }> {
  const startedAt = new Date();
  const out = await goOut(order, watch);
  if (!out.touched) throw notBegun(out.ended);
  const back = out.endedAtOnce ? undefined : await go(order, "back", watch);
  const found = wrongInDrill(order, out, back);
  const interrupted = [out, back].some((way) => way?.interrupted === true);
  const returned = back?.passed === true && wentWrong(order, back).length === 0;
  const { id, stack, release, target, wayBack, inProduction, by, probe } = order;
  const drill: Drill = {
    ...{ id, stack, release },
    ...(target !== undefined && { target }),
    ...(wayBack !== undefined && { wayBack }),
    ...(inProduction !== undefined && { inProduction }),
    by,
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    outcome: interrupted ? "interrupted" : found.length > 0 ? "failed" : "passed",
    found,
    returned,
    probe: "none" in probe ? { none: probe.none } : { service: probe.service, url: probe.url },
    out: wayOf(order, out),
    ...(back && { back: wayOf(order, back) }),
  };
  return { drill, last: back?.after ?? out.after };
}

/** To a target by a copy of the stack file: the file itself keeps saying what the stack is to run. */
async function goOut(order: DrillOrder, watch: DrillWatch): Promise<Gone> {
  const { target, pulumiStack, project } = order;
  if (target === undefined) return go(order, "out", watch);
  const folder = await temporaryFolder("drill");
  try {
    const name = stackFile(pulumiStack);
    const text = await readFile(name, "utf8");
    const copy = join(folder, basename(name));
    await writeFile(copy, withSettings(text, project, targetSettings(target), name), { mode: 0o600 });
    return await go(order, "out", watch, copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function go(
  order: DrillOrder,
  way: DrillUnderWay["way"],
  watch: DrillWatch,
  configFile?: string,
): Promise<Gone> {
  const { id, pulumiStack: stack, project, settings, probe } = order;
  const to = way === "out" ? (order.target ?? order.release) : order.release;
  const watching = watch.begin(way, to);
  const startedAt = new Date();
  const stopProbe =
    "none" in probe ? undefined : startSteadyProbe(await httpProbe(probe.probe), { timeout: probe.timeout });
  let probed: Probed | undefined;
  let ended: UpEnded;
  try {
    ended = await runUp({
      ...{ stack, project, records: recordPlace(settings), onEvent: watching.onEvent },
      message: `knowngood drill ${id}, its way ${way}: ${to}`,
      env: drillEnvironment({ id, way }),
      ...(configFile !== undefined && { configFile }),
      ...{ signal: watching.signal, atOnce: watching.atOnce },
    }).catch((error: unknown) => notRun(error, startedAt));
  } finally {
    watching.end();
    probed = await stopProbe?.();
  }
  const after = await watch.look().catch(() => undefined);
  return {
    ...{ way, to, startedAt, ended, probed, after },
    passed: ended.end === "passed",
    touched: !["refused", "locked", "brokenEnvironment"].includes(ended.end),
    interrupted: watching.signal.aborted,
    endedAtOnce: watching.atOnce.aborted,
  };
}

/** An `up` that could not be run at all: what the drill has done before it is told and kept all the same. */
function notRun(error: unknown, startedAt: Date): UpEnded {
  const why = error instanceof Error ? error.message : String(error);
  const end = error instanceof BrokenEnvironment ? "brokenEnvironment" : "failed";
  return { end, why, text: why, seconds: (Date.now() - startedAt.getTime()) / 1000 };
}

function notBegun(ended: UpEnded): Error {
  const words = `The drill did not begin, and touched nothing. Its way out ${endText(ended)}`;
  return ended.end === "brokenEnvironment" ? new BrokenEnvironment(words) : new Refused(words);
}
