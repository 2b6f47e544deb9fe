import type * as pulumi from "@pulumi/pulumi";
import type { Hook } from "../components/hook";
import type { Release } from "../components/release";
import type { PassedGate } from "./ending";
import { errorRateName } from "./releaseRecord";
import type { UpdateRecorder } from "./updateRecorder";

interface Gate {
  readonly report: pulumi.Output<PassedGate>;
}

/** Tells the recorder of everything that a release comes to; of what fails the engine tells the program nothing. */
export function follow(recorder: UpdateRecorder, release: Release): void {
  const { services, database, flagsOff, hooksBefore, hooksAfter, errorRate, knownGood } = release;
  const health = named(release.gates, "health");
  const commands = named(release.commandGates, "command");
  recorder.expect({
    images: Object.keys(services),
    "flags off": flagsOff.map(({ flag }) => flag),
    "hooks before": places(hooksBefore),
    schema: database === undefined ? [] : ["migrations"],
    services: Object.keys(services),
    "health gates": Object.keys(health),
    "hooks after": places(hooksAfter),
    "other gates": [...Object.keys(commands), ...(errorRate ? [errorRateName] : [])],
  });
  for (const [name, { pulled, containerId }] of Object.entries(services)) {
    pulled.id.apply(() => recorder.reached("images", name));
    containerId.apply((id) => recorder.containerIs(name, id));
  }
  for (const { report } of flagsOff) report.apply((told) => recorder.flagIs(told));
  followHooks(recorder, "hooks before", hooksBefore);
  database?.schema.id.apply(() => recorder.reached("schema", "migrations"));
  for (const [name, { report }] of Object.entries(health)) {
    report.apply((passed) => recorder.gatePassed("health gates", name, passed));
  }
  followHooks(recorder, "hooks after", hooksAfter);
  for (const [name, { report }] of Object.entries(commands)) {
    report.apply((passed) => recorder.gatePassed("other gates", name, passed));
  }
  errorRate?.apply((passed) => recorder.gatePassed("other gates", errorRateName, passed));
  knownGood.apply(() => recorder.passed());
}

/** Gates by the name that the record has for them, which is also that of one that did not pass. */
function named(gates: Readonly<Record<string, Gate>>, kind: string): Record<string, Gate> {
  return Object.fromEntries(Object.entries(gates).map(([name, gate]) => [`${name} ${kind}`, gate]));
}

/** By their places in the settings; what a hook is called stands in its own record. */
function places(hooks: readonly Hook[]): string[] {
  return hooks.map((_hook, place) => `hook ${place + 1}`);
}

function followHooks(
  recorder: UpdateRecorder,
  step: "hooks before" | "hooks after",
  hooks: readonly Hook[],
): void {
  places(hooks).forEach((name, place) =>
    hooks[place]?.report.apply((report) => recorder.hookPassed(step, name, report)),
  );
}
