import { join } from "node:path";
import { InvalidInput } from "../settings/violations";
import { projectFileIn } from "../stack/project";
import { NoStackSelected, NoSuchStack } from "../stack/stackSettings";
import { needed, type Check } from "./check";
import { reasonOf, type Finding } from "./finding";
import type { StackToExamine } from "./world";

/** Whether this is the folder of a Pulumi project. */
export const project: Check = {
  name: "Project",
  look: ({ folder }) => Promise.resolve(judgeProject(folder, projectFileIn(folder))),
};

/** @param file name of the project's file; undefined where there is none */
export function judgeProject(folder: string, file: string | undefined): Finding {
  if (file !== undefined) return { check: "Project", outcome: "ok", found: join(folder, file) };
  return {
    check: "Project",
    outcome: "missing",
    found: `there is no Pulumi.yaml in ${folder} or above`,
    get: "cd to your clone of knowngood, which is the project",
  };
}

/** Whether the stack is there, and its settings can be used. */
export const stack: Check = {
  name: "Stack",
  look: async ({ folder, stack }) => {
    if (projectFileIn(folder) === undefined)
      return { check: "Stack", outcome: "not asked", found: "there is no project" };
    return judgeStack(
      await stack.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
    );
  },
};

export function judgeStack(found: StackToExamine | Error): Finding {
  const check = "Stack";
  if (!(found instanceof Error)) return { check, outcome: "ok", found: found.label };
  const said = found.message;
  if (found instanceof NoSuchStack)
    return {
      check,
      outcome: "missing",
      found: `the backend has no stack ${found.asked}`,
      get: "pulumi stack ls; a new one: pulumi stack init STACK",
    };
  if (found instanceof NoStackSelected)
    return {
      check,
      outcome: "missing",
      found: "no stack is selected",
      get: "pulumi stack select STACK, or knowngood doctor --stack STACK; a new one: pulumi stack init STACK",
    };
  if (found instanceof InvalidInput)
    return { check, outcome: "wrong", found: said, get: "docs/settings.md lists what can be set" };
  if (/no pulumi on PATH/.test(said))
    return { check, outcome: "not asked", found: "there is no pulumi on PATH" };
  return { check, outcome: "wrong", found: said };
}

/** Whether the catalog has the release that the stack is to run. */
export const target: Check = {
  name: "Target",
  look: async ({ stack, target }) => {
    await needed("the stack's settings are", stack);
    try {
      const { tag, services } = await target;
      return { check: "Target", outcome: "ok", found: `${tag}, of ${Object.keys(services).join(", ")}` };
    } catch (error) {
      return { check: "Target", outcome: "wrong", found: reasonOf(error), get: "npx knowngood release list" };
    }
  },
};
