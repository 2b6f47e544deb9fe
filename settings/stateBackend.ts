import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { projectFileIn } from "../stack/project";
import type { Settings } from "./settings";

/**
 * The URL of the backend that keeps the stack's state, as far as the environment and the project's file name it.
 * @param folder of the project
 */
export function stateBackend(environment: NodeJS.ProcessEnv, folder = "."): string | undefined {
  if (environment.PULUMI_BACKEND_URL) return environment.PULUMI_BACKEND_URL;
  const file = projectFileIn(folder);
  if (file === undefined) return undefined;
  try {
    const project = load(readFileSync(join(folder, file), "utf8")) as
      { backend?: { url?: unknown } } | undefined;
    return typeof project?.backend?.url === "string" ? project.backend.url : undefined;
  } catch {
    // What is wrong with the project's file is the engine's to tell.
    return undefined;
  }
}

/** What is told of a protected stack whose state nobody else can reach; undefined when there is nothing to tell. */
export function backendWarning(settings: Settings, backend: string | undefined): string | undefined {
  if (!settings.protected || !backend?.startsWith("file:")) return undefined;
  return (
    `This stack is protected, and its state lies in files of this machine (${backend}): nobody can roll it back from ` +
    "elsewhere, or when this machine is lost. Move it to a shared backend: pulumi stack export, PULUMI_BACKEND_URL, pulumi stack import."
  );
}
