import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { InvalidInput } from "../settings/violations";

/** Names that Pulumi looks for, in this order. */
const names = ["Pulumi.yaml", "Pulumi.yml"];

/** The project's folder: this one, or the nearest above it; undefined where there is none. */
export function projectFolder(): string | undefined {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (projectFileIn(folder) !== undefined) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The project's folder. @throws InvalidInput where there is none, here or above */
export function neededProjectFolder(): string {
  const folder = projectFolder();
  if (folder !== undefined) return folder;
  throw new InvalidInput("There is no project", [
    {
      where: process.cwd(),
      found: "no Pulumi.yaml in this folder, nor above it",
      expected: "run this in the project's folder",
    },
  ]);
}

/** Name of the project's file in its folder; undefined where the folder is none of a project. */
export function projectFileIn(folder: string): string | undefined {
  return names.find((name) => existsSync(join(folder, name)));
}

/** The project's name, which is the namespace of its settings. @throws InvalidInput where there is none */
export function projectName(): string {
  const folder = neededProjectFolder();
  const file = projectFileIn(folder) ?? "";
  checkYaml(join(folder, file), file);
  return String(fieldsOf(join(folder, file)).name);
}

/** Where the project keeps its stacks' files, from its own folder. @default the folder itself */
export function stackFolder(folder: string): string {
  const file = projectFileIn(folder);
  const own = file === undefined ? undefined : fieldsOf(join(folder, file)).stackConfigDir;
  return typeof own === "string" ? own : "";
}

/** Whoever needs the name tells of a file that can't be read. */
function fieldsOf(path: string): { name?: unknown; stackConfigDir?: unknown } {
  try {
    return (parseDocument(readFileSync(path, "utf8")).toJS() ?? {}) as ReturnType<typeof fieldsOf>;
  } catch {
    return {};
  }
}

/**
 * Pulumi itself names neither the file nor the place.
 * @param name the file's, for people
 * @throws InvalidInput where it holds no YAML, with the line
 */
export function checkYaml(path: string, name: string): void {
  if (!existsSync(path)) return;
  const [error] = parseDocument(readFileSync(path, "utf8")).errors;
  if (error === undefined) return;
  const [what = ""] = error.message.split("\n");
  throw new InvalidInput("A file can't be read", [
    { where: name, found: "text that is no YAML", expected: what.replace(/:$/, "") },
  ]);
}
