import { dirname, join } from "node:path";
import { quoted } from "../components/ownCommand";
import type { Check } from "./check";
import type { Finding } from "./finding";
import type { World } from "./world";

const name = "Pulumi";

/** The Pulumi CLI on PATH, with the language host that runs the program. */
export const pulumiCli: Check = {
  name,
  look: async (world) => {
    const { isAtLeast, oldestPulumi } = await import("../toolchain/programs.mjs");
    const found = await findPulumi(world);
    return judgePulumi(found, { oldest: oldestPulumi, isAtLeast, setUp: setUpCommand(world) });
  },
};

/** The command that makes Pulumi and its plugins known to a shell. */
export function setUpCommand({ own }: Pick<World, "own">): string {
  return `eval "$(node ${quoted(join(own, "toolchain", "setup.mjs"))} --env)"`;
}

interface FoundPulumi {
  /** Path of the CLI; undefined where it is not on PATH. */
  program: string | undefined;
  version: string;
  /** Whether the language host for Node.js is there too. */
  host: boolean;
}

async function findPulumi({ environment, pulumi }: World): Promise<FoundPulumi> {
  const { findOnPath, isExecutable } = await import("../toolchain/goBuild.mjs");
  const program = findOnPath("pulumi", environment);
  if (program === undefined) return { program, version: "", host: false };
  const host = "pulumi-language-nodejs";
  return {
    program,
    version: (await pulumi(["version"])).trim().replace(/^v/, ""),
    host: findOnPath(host, environment) !== undefined || isExecutable(join(dirname(program), host)),
  };
}

interface Needs {
  oldest: string;
  isAtLeast: (version: string, oldest: string) => boolean;
  setUp: string;
}

export function judgePulumi(
  { program, version, host }: FoundPulumi,
  { oldest, isAtLeast, setUp }: Needs,
): Finding {
  const get = `${setUp}   # or Pulumi's own installer: https://www.pulumi.com/docs/install/`;
  if (program === undefined)
    return { check: name, outcome: "missing", found: "there is no pulumi on PATH", get };
  if (!isAtLeast(version, oldest))
    return {
      check: name,
      outcome: "wrong",
      found: `${version} (${program}), where ${oldest} or newer is needed`,
      get,
    };
  if (!host)
    return {
      check: name,
      outcome: "missing",
      found: `${version} (${program}) without pulumi-language-nodejs, which runs the program`,
      get,
    };
  return { check: name, outcome: "ok", found: `${version} (${program}), ${oldest} or newer is needed` };
}
