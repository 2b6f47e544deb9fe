import { rm } from "node:fs/promises";
import { dirname, join, relative, resolve as resolvePath } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { planVariable, type Plan } from "../assessment/plan";
import { temporaryFolder } from "../files/temporaryFolder";
import { stackName } from "../gates/move";
import { failedGates } from "../records/failedGates";
import { readRecords } from "../records/readRecords";
import type { ReleaseRecord, Step } from "../records/releaseRecord";
import type { RecordPlace } from "../records/writtenRecord";
import { followEvents } from "./engineEvents";
import { readPlan } from "./preview";
import { runPulumi } from "./runPulumi";
import { shownEnd } from "./shownEnd";
import { cutOff, upEnd, type UpEnd } from "./upEnd";
import { begunBy, furthest, type UnderWay } from "./upSteps";

export interface UpRequest {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** The project's name. */
  project: string;
  /** Where the stack's records go (`recordPlace` of its settings), from the project's folder. */
  records: RecordPlace;
  /** Folder of the project. @default the working one */
  folder?: string;
  /** Stack file to read in place of the folder's own, which stays as it is. @default the folder's own */
  configFile?: string;
  /** What Pulumi's own history says of it. @default nothing */
  message?: string;
  /** More of the environment, beside this process's own; undefined for what is left out of that. @default nothing */
  env?: Readonly<Record<string, string | undefined>>;
  /** Told of what the engine does, as it does it. */
  onEvent?: (event: EngineEvent) => void;
  /** Ends the update in order, as Ctrl-C at `pulumi up` does. */
  signal?: AbortSignal;
  /** Ends it at once, as a second Ctrl-C does; what was under way is left as it is then. */
  atOnce?: AbortSignal;
}

/** What became of an `up`. */
export type UpEnded = UpEnd & {
  /** What the program made of the settings; undefined where it did not come so far. */
  plan?: Plan;
  /** Its line of the record file; undefined where it changed nothing, was refused, or nobody could write one. */
  record?: ReleaseRecord;
  /** The furthest of its parts that the engine began; undefined where it began none. */
  reached?: Step;
  /** Where Pulumi did not end in order: at once by us, or killed by somebody else. */
  cut?: "atOnce" | "killed";
  /** Both streams of Pulumi, without colours, as it printed them: not to be shown to anybody. */
  text: string;
  seconds: number;
};

/**
 * Runs `pulumi up` of a stack as its file stands, without a preview and without a question. The selected stack stays.
 * It never fails for what the update comes to.
 * @throws BrokenEnvironment where there is no Pulumi that can be started
 */
export async function runUp(request: UpRequest): Promise<UpEnded> {
  const { stack, project, records, folder = process.cwd(), configFile, message } = request;
  const own = await temporaryFolder("up");
  const planFile = join(own, "plan.json");
  const eventLog = join(own, "events");
  const words = [
    ...["up", "--yes", "--skip-preview", "--stack", stack, "--non-interactive", "--color", "never"],
    ...["--event-log", eventLog],
    ...(configFile === undefined ? [] : ["--config-file", configFile]),
    ...(message === undefined ? [] : ["--message", message]),
  ];
  // The event log is an option for those who build on Pulumi, as its Automation API does.
  const env = { ...process.env, ...request.env, PULUMI_DEBUG_COMMANDS: "true", [planVariable]: planFile };
  const begin = new Date();
  let began = false;
  let over = false;
  let reached: UnderWay | undefined;
  const errors: string[] = [];
  try {
    const following = followEvents(
      eventLog,
      (event) => {
        began = true;
        reached = furthest(reached, begunBy(event));
        if (event.diagnosticEvent?.severity === "error") errors.push(event.diagnosticEvent.message);
        request.onEvent?.(event);
      },
      () => over,
    );
    const { signal, atOnce } = request;
    const output = join(own, "output");
    const folders = [own, ...(configFile === undefined ? [] : [dirname(configFile)])];
    const running = runPulumi(words, { cwd: folder, env, output, folders, signal, atOnce }).finally(
      () => (over = true),
    );
    const [{ exitCode, killedBy, text }] = await Promise.all([running, following]);
    const plan = await readPlan(planFile);
    const label = `${project}/${stackName({ stack })}`;
    const record = began ? recordSince(resolvePath(folder, records.file), label, begin) : undefined;
    // A record that could not be written says nothing of its gates, which have written their own.
    const kept = relative(process.cwd(), resolvePath(folder, records.folder));
    const since = { stack: label, release: plan?.to, since: begin.toISOString() };
    const gates = record?.gates ?? (began ? failedGates(kept, since) : []);
    const interrupted = signal?.aborted === true || atOnce?.aborted === true;
    const cut = cutOff({ atOnce: atOnce?.aborted === true, killedBy, interrupted, began });
    const end = upEnd({ exitCode, text, began, interrupted, errors, plan, gates, killedBy });
    const showing = { stack, knows: began, from: { cwd: folder, env: { ...process.env, ...request.env } } };
    return {
      ...(await shownEnd(end, showing)),
      ...(plan && { plan }),
      ...(record && { record }),
      ...(reached && { reached: reached.step }),
      ...(cut && { cut }),
      text,
      seconds: (Date.now() - begin.getTime()) / 1000,
    };
  } finally {
    over = true;
    await rm(own, { recursive: true, force: true });
  }
}

/** The lock of the stack lets no other `up` write one meanwhile. */
function recordSince(file: string, stack: string, begin: Date): ReleaseRecord | undefined {
  try {
    return readRecords(file, stack)
      .filter(({ startedAt }) => startedAt >= begin.toISOString())
      .at(-1);
  } catch {
    // The `up` has warned that it could not be written there either.
    return undefined;
  }
}
