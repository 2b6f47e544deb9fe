import { readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { planVariable, type Plan } from "../assessment/plan";
import { temporaryFolder } from "../files/temporaryFolder";
import { InvalidInput } from "../settings/violations";
import { BrokenEnvironment } from "../stack/endings";
import { followEvents } from "./engineEvents";
import { runPulumi } from "./runPulumi";
import { stackFile, withSettings, type SettingEdits } from "./stackFile";

export interface PreviewRequest {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** The project's name, which is the namespace of its settings. */
  project: string;
  /** What the stack file would say otherwise. @default nothing */
  settings?: SettingEdits;
  /** Folder of the project. @default the working one */
  folder?: string;
  /** Whether an `up` that would change something fails the preview. @default false */
  expectNoChanges?: boolean;
  /** Text of a stack file to preview instead of the folder's own, such as that of a pull request. */
  stackFileText?: string;
  /** More of the environment, beside this process's own; undefined for what is left out of that. @default nothing */
  env?: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal;
  /** Ends it at once, once it was told to end in order. */
  atOnce?: AbortSignal;
}

/** What `pulumi preview` made of a change that is not written yet. */
export interface Previewed {
  /** Undefined where the program ended before it had assessed anything, such as for an unknown tag. */
  plan?: Plan;
  exitCode: number;
  /** Whether the `up` would change a resource; true as well where the preview did not come so far. */
  changes: boolean;
  /** Both streams of Pulumi, without colours. */
  text: string;
  seconds: number;
}

/**
 * Previews a stack as if its file held other settings. The file itself is not touched: Pulumi reads a copy of it.
 * @throws InvalidInput where there is no stack file, or it can't be edited, BrokenEnvironment where there is no Pulumi; what
 * `signal` says, once Pulumi has ended
 */
export async function previewPlan(request: PreviewRequest): Promise<Previewed> {
  const { stack, folder = process.cwd(), expectNoChanges = false, signal, atOnce } = request;
  const copies = await temporaryFolder("preview");
  try {
    const planFile = join(copies, "plan.json");
    const eventLog = join(copies, "events");
    // Pulumi writes beside its configuration, and the name's ending decides how it is read.
    const copy = join(copies, basename(stackFile(stack, folder)));
    await writeFile(copy, await editedText(request, folder), { mode: 0o600 });
    const words = [
      "preview",
      "--stack",
      stack,
      "--config-file",
      copy,
      "--non-interactive",
      "--color",
      "never",
      "--event-log",
      eventLog,
      ...(expectNoChanges ? ["--expect-no-changes"] : []),
    ];
    // The event log is an option for those who build on Pulumi, as its Automation API does.
    const env = { ...process.env, ...request.env, PULUMI_DEBUG_COMMANDS: "true", [planVariable]: planFile };
    const start = Date.now();
    const output = join(copies, "output");
    const { exitCode, text } = await runPulumi(words, {
      ...{ cwd: folder, env, output, folders: [copies], signal, atOnce },
    });
    const seconds = (Date.now() - start) / 1000;
    signal?.throwIfAborted();
    const plan = await readPlan(planFile);
    return { ...(plan && { plan }), exitCode, text, changes: await wouldChange(eventLog), seconds };
  } finally {
    await rm(copies, { recursive: true, force: true });
  }
}

async function wouldChange(eventLog: string): Promise<boolean> {
  let changes = true;
  await followEvents(
    eventLog,
    ({ summaryEvent }) => {
      if (summaryEvent !== undefined)
        changes = Object.entries(summaryEvent.resourceChanges).some(
          ([kind, count]) => kind !== "same" && count > 0,
        );
    },
    () => true,
  );
  return changes;
}

/** The plan that a program left; undefined where it left none, or was killed before it had written all of it. */
export async function readPlan(file: string): Promise<Plan | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Plan;
  } catch {
    return undefined;
  }
}

async function editedText(
  { stack, project, settings = {}, stackFileText }: PreviewRequest,
  folder: string,
): Promise<string> {
  const text = stackFileText ?? (await readStackFile(stack, folder));
  return withSettings(text, project, settings, stackFile(stack, folder));
}

/** What a stack's file holds. @throws InvalidInput where there is none, BrokenEnvironment where it can't be read */
export async function readStackFile(stack: string, folder = process.cwd()): Promise<string> {
  const name = stackFile(stack, folder);
  return readFile(join(folder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw new BrokenEnvironment(`${name} can't be read: ${error.message}`);
    throw new InvalidInput("The stack has no file of settings here", [
      {
        where: folder,
        found: `no ${name}`,
        expected: "run this in the project's folder, or name another stack",
      },
    ]);
  });
}
