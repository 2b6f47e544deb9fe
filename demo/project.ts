import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const packageFolder = join(__dirname, "..");

/**
 * Makes a project folder of its own that runs this package's program: what a team would keep in its repository, without
 * touching this checkout's stack files.
 * @param folder is made when missing
 */
export function makeProject(folder: string): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(packageFolder, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ name: "shop", private: true })}\n`);
  writeFileSync(
    join(folder, "index.ts"),
    `export = require(${JSON.stringify(join(packageFolder, "index.ts"))});\n`,
  );
  symlinkSync(join(packageFolder, "node_modules"), join(folder, "node_modules"));
}
