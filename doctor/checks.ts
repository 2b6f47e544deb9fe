import { backend } from "./backend";
import type { Check } from "./check";
import { clock } from "./clock";
import { databaseAndBackups } from "./database";
import { disks } from "./disks";
import { dockerEngine } from "./dockerEngine";
import { git } from "./git";
import { github } from "./github";
import { node } from "./node";
import { plugins } from "./plugins";
import { pulumiCli } from "./pulumiCli";
import { recordFolder } from "./recordFolder";
import { registries } from "./registries";
import { secrets } from "./secrets";
import { project, stack, target } from "./stack";

/** Everything that is looked at, in the order in which it is told. */
export const checks: readonly Check[] = [
  node,
  pulumiCli,
  plugins,
  project,
  backend,
  stack,
  secrets,
  target,
  dockerEngine,
  registries,
  github,
  databaseAndBackups,
  git,
  clock,
  disks,
  recordFolder,
];
