import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { load } from "js-yaml";
import type { Job, Step, Workflow } from "../../review/workflows/workflowText";
import { evaluate } from "./expressions.mjs";

/** What an action does on this runner, in the place of what is downloaded by its commit. */
export type Action = (
  inputs: Record<string, string>,
  workspace: string,
) => Promise<Record<string, string> | void>;

export interface WorkflowRun {
  /** The file's text. */
  workflow: string;
  job: string;
  /** The `github` context; `workspace` is an empty folder. */
  github: {
    workspace: string;
    repository: string;
    token: string;
    api_url: string;
    ref: string;
    ref_name: string;
    /** The branch of a pull request. */
    head_ref?: string;
    sha: string;
    event_name: string;
    event: object;
  };
  vars?: Record<string, string>;
  secrets?: Record<string, string>;
  /** By owner and name, such as `actions/checkout`; one that is not here is one that nobody expects. */
  actions: Readonly<Record<string, Action>>;
  /**
   * Whether a step that has said this is ended now, as GitHub does it where a run is cancelled: by a signal to the process
   * that it started for the step, and to none of those below.
   */
  cancelled?: (text: string) => boolean;
  /** What the runner's machine has in its environment. */
  machine: NodeJS.ProcessEnv;
}

export interface RanStep {
  name: string;
  conclusion: "success" | "failure" | "skipped";
  text: string;
}

export interface Ran {
  /** Skipped where the job's own condition does not hold. */
  conclusion: RanStep["conclusion"];
  steps: RanStep[];
  /** What all steps said. */
  text: string;
}

/**
 * Runs a job of a workflow as a runner of GitHub Actions does: its expressions by GitHub's own library, each `run` as it
 * stands by a real bash, with no variable but those that the step, GitHub and the machine give it.
 */
export async function runJob(run: WorkflowRun): Promise<Ran> {
  const workflow = load(run.workflow) as Workflow;
  const job = workflow.jobs[run.job];
  if (job === undefined) throw new Error(`the workflow has no job ${run.job}`);
  const outputs: Record<string, { outputs: Record<string, string>; outcome: RanStep["conclusion"] }> = {};
  const contexts = () => ({
    github: run.github,
    vars: run.vars ?? {},
    secrets: run.secrets ?? {},
    steps: outputs,
    runner: { os: "Linux" },
  });
  const steps: RanStep[] = [];
  const failed = () => steps.some(({ conclusion }) => conclusion === "failure");
  const holds = (condition: string | undefined) => {
    const states = { always: true, success: !failed(), failure: failed(), cancelled: false };
    // A condition that asks for no state wants all steps before it to have passed.
    const asked = condition ?? "success()";
    const whole = /\b(always|success|failure|cancelled)\(\)/.test(asked) ? asked : `success() && (${asked})`;
    return evaluate(whole, contexts(), states).truth;
  };
  if (!holds(job.if)) return { conclusion: "skipped", steps, text: "" };
  for (const step of job.steps) {
    const name = step.name ?? step.uses ?? "";
    if (!holds(step.if)) {
      if (step.id !== undefined) outputs[step.id] = { outputs: {}, outcome: "skipped" };
      steps.push({ name, conclusion: "skipped", text: "" });
      continue;
    }
    const told = await perform(step, run, job, (text) =>
      text.replaceAll(
        /\$\{\{(.*?)\}\}/g,
        (_, expression: string) => evaluate(expression.trim(), contexts(), {}).text,
      ),
    );
    const conclusion = told.passed ? "success" : "failure";
    if (step.id !== undefined) outputs[step.id] = { outputs: told.outputs, outcome: conclusion };
    steps.push({ name, conclusion, text: told.text });
  }
  const conclusion = failed() ? "failure" : "success";
  return { conclusion, steps, text: steps.map(({ name, text }) => `## ${name}\n${text}`).join("\n") };
}

interface Told {
  passed: boolean;
  text: string;
  outputs: Record<string, string>;
}

async function perform(
  step: Step,
  run: WorkflowRun,
  job: Job,
  filled: (text: string) => string,
): Promise<Told> {
  const { workspace } = run.github;
  if (step.run !== undefined) {
    const given = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([key, text]) => [key, filled(text)]),
    );
    return shell(step.run, run, given);
  }
  const action = run.actions[(step.uses ?? "").split("@")[0] ?? ""];
  if (action === undefined) throw new Error(`${job.name}: nobody expects ${step.uses}`);
  const inputs = Object.fromEntries(
    Object.entries(step.with ?? {}).map(([key, value]) => [key, filled(String(value))]),
  );
  return { passed: true, text: "", outputs: (await action(inputs, workspace)) ?? {} };
}

/** As GitHub runs a step that says `shell: bash`. */
async function shell(script: string, run: WorkflowRun, given: Record<string, string>): Promise<Told> {
  const { github, machine } = run;
  const files = join(dirname(github.workspace), "runner");
  mkdirSync(files, { recursive: true });
  const file = (name: string, text: string) => {
    writeFileSync(join(files, name), text);
    return join(files, name);
  };
  const outputs = file("output", "");
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", file("step.sh", script)], {
    cwd: github.workspace,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...machine,
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: github.api_url,
      GITHUB_EVENT_NAME: github.event_name,
      GITHUB_EVENT_PATH: file("event.json", JSON.stringify(github.event)),
      GITHUB_OUTPUT: outputs,
      GITHUB_REF: github.ref,
      GITHUB_REF_NAME: github.ref_name,
      GITHUB_REPOSITORY: github.repository,
      GITHUB_RUN_ID: "1",
      GITHUB_SERVER_URL: github.api_url,
      GITHUB_SHA: github.sha,
      GITHUB_STEP_SUMMARY: file("summary.md", ""),
      GITHUB_WORKSPACE: github.workspace,
      ...given,
    },
  });
  let text = "";
  let told = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (told || !run.cancelled?.(text)) return;
      told = true;
      child.kill("SIGINT");
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const lines = existsSync(outputs) ? readFileSync(outputs, "utf8").split("\n").filter(Boolean) : [];
  return {
    passed: code === 0,
    text,
    outputs: Object.fromEntries(
      lines.map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    ),
  };
}
