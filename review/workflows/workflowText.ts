import { Document, isScalar, visit } from "yaml";
import { pinnedActions } from "./pinnedActions";

/** A step of a job, in GitHub's own words. */
export interface Step {
  name?: string;
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string | number | boolean>;
  env?: Record<string, string>;
  run?: string;
}

export interface Job {
  name: string;
  if?: string;
  "runs-on": readonly string[];
  environment?: string;
  "timeout-minutes": number;
  permissions: Record<string, "read" | "write">;
  steps: Step[];
}

export interface Workflow {
  name: string;
  on: Record<string, unknown>;
  /** None: each job asks for its own. */
  permissions: Record<string, never>;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  /** The shell is told, since the default one goes on after a failed part of a pipe. */
  defaults: { run: { shell: "bash" } };
  jobs: Record<string, Job>;
}

const head = ` Written by knowngood's review stack (docs/review-stack.md): change its settings, not this file.`;

const versions = new Map<string, string>(
  Object.values(pinnedActions).map(({ uses, version }) => [uses, version]),
);

/** A workflow as its file's text, each action with its version beside the commit. */
export function workflowText(workflow: Workflow): string {
  const document = new Document(workflow, { aliasDuplicateObjects: false });
  document.commentBefore = head;
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== "uses" || !isScalar(value)) return;
      const version = versions.get(String(value.value));
      if (version === undefined) throw new Error(`${String(value.value)} is not one of the pinned actions`);
      value.comment = ` ${version}`;
    },
  });
  return document.toString({ lineWidth: 0 });
}
