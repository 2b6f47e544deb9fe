import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const packageFolder = join(__dirname, "..");

/** What the project's own files and Pulumi's language host load by name. */
const linkedPackages = ["@pulumi"];

/**
 * Makes a project folder of its own that runs this package's program: what a team would keep in its repository, without
 * touching this checkout's stack files. `npx knowngood` works in it.
 * @param folder is made when missing
 */
export function makeProject(folder: string): void {
  const packages = join(folder, "node_modules");
  mkdirSync(join(packages, ".bin"), { recursive: true });
  const project = readFileSync(join(packageFolder, "Pulumi.yaml"), "utf8");
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    project.replaceAll("--require ./", `--require ${packageFolder}/`),
  );
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ name: "shop", private: true })}\n`);
  writeFileSync(
    join(folder, "index.ts"),
    `export = require(${JSON.stringify(join(packageFolder, "index.ts"))});\n`,
  );
  for (const name of linkedPackages)
    symlinkSync(join(packageFolder, "node_modules", name), join(packages, name));
  symlinkSync(join(packageFolder, "cli", "knowngood.cjs"), join(packages, ".bin", "knowngood"));
}
