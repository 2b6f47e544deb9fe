import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Check } from "./check";
import type { Finding } from "./finding";

/** Pulumi's resource plugins, in the very versions of the npm packages that talk to them. */
export const plugins: Check = {
  name: "Pulumi plugins",
  look: async ({ environment, own }) => {
    const { findOnPath } = await import("../toolchain/goBuild.mjs");
    if (findOnPath("pulumi", environment) === undefined)
      return { check: "Pulumi plugins", outcome: "not asked", found: "there is no pulumi on PATH" };
    const wanted = (await import("../toolchain/programs.mjs")).plugins(own);
    const { isInstalled } = await import("../toolchain/pulumiPlugins.mjs");
    const home = environment.PULUMI_HOME || join(environment.HOME || homedir(), ".pulumi");
    const folders = await readdir(join(home, "plugins")).catch(() => []);
    return wanted.map((one) => judgePlugin(one, isInstalled(home, one), versionsOf(one.plugin, folders)));
  },
};

/** @param others versions that are there, whichever is needed */
export function judgePlugin(
  { plugin, version }: { plugin: string; version: string },
  installed: boolean,
  others: readonly string[],
): Finding {
  const check = `Pulumi plugin ${plugin}`;
  if (installed) return { check, outcome: "ok", found: version };
  const there = others.filter((other) => other !== version);
  return {
    check,
    outcome: "missing",
    found: `${version} is not installed${there.length === 0 ? "" : `, only ${there.join(", ")}`}`,
    get: `pulumi plugin install resource ${plugin} ${version}`,
  };
}

function versionsOf(plugin: string, folders: readonly string[]): string[] {
  return folders.flatMap(
    (folder) => new RegExp(`^resource-${plugin}-v(\\d+\\.\\d+\\.\\d+)$`).exec(folder)?.[1] ?? [],
  );
}
