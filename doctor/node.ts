import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check";
import type { Finding } from "./finding";

const name = "Node.js";

/** The version of Node.js that runs this, against `engines` of package.json. */
export const node: Check = {
  name,
  look: async ({ own }) => {
    const { engines } = JSON.parse(await readFile(join(own, "package.json"), "utf8")) as {
      engines: { node: string };
    };
    const { isAtLeast } = await import("../toolchain/programs.mjs");
    return judgeNode(process.versions.node, engines.node, isAtLeast);
  },
};

/** @param wanted as package.json says it, such as `>=20.19` */
export function judgeNode(
  version: string,
  wanted: string,
  isAtLeast: (version: string, oldest: string) => boolean,
): Finding {
  const oldest = wanted.replace(/^>=/, "");
  if (isAtLeast(version, oldest))
    return { check: name, outcome: "ok", found: `${version}, ${oldest} or newer is needed` };
  return {
    check: name,
    outcome: "wrong",
    found: `${version}, where ${oldest} or newer is needed`,
    get: "https://nodejs.org/en/download, or your package manager",
  };
}
