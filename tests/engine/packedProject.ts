import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./command";

const root = join(__dirname, "..", "..");

interface Lock {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
}

/**
 * Makes a folder a project with this package in it, as a user would: packed by `npm pack`, installed by `npm install`. What
 * this package needs is there already, as copies of its own packages, so that no registry has to be asked.
 * @param example folder of the project's own files, from the repository's
 */
export async function packedProject(folder: string, example: string): Promise<void> {
  for (const name of ["node_modules", "package.json", "Pulumi.yaml", "index.ts"])
    rmSync(join(folder, name), { recursive: true, force: true });
  cpSync(join(root, example), folder, { recursive: true, filter: (path) => !path.endsWith("node_modules") });
  copyPackages(folder);
  // What `npm test` tells its children is of this repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const npm = (args: string[], cwd: string) => run("npm", [...args, "--no-audit", "--no-fund"], { cwd, env });
  const packed = await npm(["pack", "--json", "--pack-destination", folder], root);
  if (packed.exitCode !== 0) throw new Error(packed.text);
  const [{ filename = "" } = {}] = JSON.parse(packed.stdout) as { filename?: string }[];
  const installed = await npm(["install", "--offline", "--ignore-scripts", `./${filename}`], folder);
  if (installed.exitCode !== 0) throw new Error(installed.text);
}

/** Copies, since npm writes into what it finds there: a link would reach the repository's own. */
function copyPackages(folder: string): void {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  const needed = Object.entries(lock.packages).filter(
    ([path, { dev, devOptional }]) =>
      path !== "" && dev !== true && devOptional !== true && existsSync(join(root, path)),
  );
  for (const [path] of needed) {
    // One within another comes with it.
    if (path.lastIndexOf("node_modules/") > 0) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true });
  }
  // npm fetches a package anew whose commands are not linked.
  const links = join("node_modules", ".bin");
  cpSync(join(root, links), join(folder, links), { recursive: true, verbatimSymlinks: true });
  writeFileSync(
    join(folder, "node_modules", ".package-lock.json"),
    JSON.stringify({ ...lock, packages: Object.fromEntries(needed) }),
  );
}
