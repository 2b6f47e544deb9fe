import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../files/writeWhole.cjs";
import { fileName } from "../gates/failureRecord";
import { drillSchema, type Drill } from "./drill";

/** Within the folder of records. */
const folderName = "drills";

/**
 * Keeps a drill as evidence: whole, or not at all.
 * @param records folder of records (`record.folder`)
 * @returns the file
 * @throws what the file system says
 */
export function keepDrill(records: string, drill: Drill): string {
  const folder = folderOf(records, drill.stack);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${fileName(drill.id)}.json`);
  writeWhole(file, `${JSON.stringify(drill, undefined, 2)}\n`, { private: true, lasting: true });
  return file;
}

/**
 * The newest drill of a stack that was kept on this machine; undefined where there is none. A file that holds no drill
 * is passed over.
 * @param records folder of records (`record.folder`)
 * @param stack project and stack, such as `shop/prod`
 * @throws what the file system says, other than that there is no such folder
 */
export function newestDrill(records: string, stack: string): Drill | undefined {
  const folder = folderOf(records, stack);
  // Their names begin with their times.
  for (const name of filesIn(folder).sort().reverse()) {
    const drill = drillIn(readFileSync(join(folder, name), "utf8"));
    if (drill?.stack === stack) return drill;
  }
  return undefined;
}

function folderOf(records: string, stack: string): string {
  return join(records, folderName, fileName(stack));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^[^.].*\.json$/.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function drillIn(text: string): Drill | undefined {
  try {
    return drillSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
