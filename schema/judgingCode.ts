import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The packages that judge beside this folder's code. */
const engines = ["libpg-query", "@electric-sql/pglite"];

let known: string | undefined;

/** Identity of the code that judges, so that a changed rule never answers from what was kept before. Read once a process. */
export function judgingCode(): string {
  return (known ??= read());
}

function read(): string {
  const hash = createHash("sha256");
  const files = readdirSync(__dirname, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(ts|js|cjs)$/.test(name),
  );
  for (const name of files.sort()) hash.update(`${name}\n`).update(readFileSync(join(__dirname, name)));
  for (const name of engines) hash.update(`${name} ${installedVersion(name)}\n`);
  return hash.digest("hex");
}

/** Neither package lets its package.json be required. */
function installedVersion(name: string): string {
  for (const folder of createRequire(__filename).resolve.paths(name) ?? []) {
    try {
      const text = readFileSync(join(folder, name, "package.json"), "utf8");
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return "unknown";
}
