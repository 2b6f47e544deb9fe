import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve as resolvePath } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { planVariable, type Plan } from "../assessment/plan";
import { BrokenEnvironment } from "../stack/endings";
import { stackName } from "../gates/move";
import { readRecords } from "../records/readRecords";
import type { ReleaseRecord } from "../records/releaseRecord";
import type { RecordPlace } from "../records/writtenRecord";
import { followEvents } from "./engineEvents";
import { readPlan } from "./preview";
import { upEnd, type UpEnd } from "./upEnd";

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
  /** Its line of the record file; undefined where it changed nothing, or was refused. */
  record?: ReleaseRecord;
  /** Both streams of Pulumi, without colours. */
  text: string;
  seconds: number;
};

/**
 * Runs `pulumi up` of a stack as its file stands, without a preview and without a question. The selected stack stays.
 * It never fails for what the update comes to.
 * @throws BrokenEnvironment where there is no Pulumi
 */
export async function runUp(request: UpRequest): Promise<UpEnded> {
  const { stack, project, records, folder = process.cwd(), configFile, message } = request;
  const own = await mkdtemp(join(tmpdir(), "knowngood-up-"));
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
  const errors: string[] = [];
  try {
    const following = followEvents(
      eventLog,
      (event) => {
        began = true;
        if (event.diagnosticEvent?.severity === "error") errors.push(event.diagnosticEvent.message);
        request.onEvent?.(event);
      },
      () => over,
    );
    const running = pulumi(words, { cwd: folder, env }, request).finally(() => (over = true));
    const [{ exitCode, text }] = await Promise.all([running, following]);
    const plan = await readPlan(planFile);
    const record = began
      ? recordSince(resolvePath(folder, records.file), `${project}/${stackName({ stack })}`, begin)
      : undefined;
    const interrupted = request.signal?.aborted === true || request.atOnce?.aborted === true;
    return {
      ...upEnd({ exitCode, text, began, interrupted, errors, plan, record }),
      ...(plan && { plan }),
      ...(record && { record }),
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

/**
 * Pulumi in a process group of its own: Ctrl-C reaches it from here alone, once, together with the commands that it
 * runs, as a terminal would send it. A second one would leave the stack as it is in the middle.
 */
function pulumi(
  words: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
  { signal, atOnce }: Pick<UpRequest, "signal" | "atOnce">,
): Promise<{ exitCode: number; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", words, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    const take = (part: string) => (text += part);
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    const interrupt = () => interruptGroup(child.pid);
    const listening = [signal, atOnce].filter((one) => one !== undefined);
    const unlisten = () => listening.forEach((one) => one.removeEventListener("abort", interrupt));
    for (const one of listening) {
      if (one.aborted) interrupt();
      else one.addEventListener("abort", interrupt);
    }
    child.once("error", (error: NodeJS.ErrnoException) => {
      unlisten();
      reject(error.code === "ENOENT" ? new BrokenEnvironment("There is no pulumi on PATH.") : error);
    });
    child.once("close", (exitCode) => {
      unlisten();
      resolve({ exitCode: exitCode ?? 1, text });
    });
  });
}

function interruptGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGINT");
  } catch {
    // It has just ended by itself.
  }
}
