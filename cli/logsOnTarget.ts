import { setMaxListeners } from "node:events";
import { redactor } from "../gates/redaction";
import { clean } from "../gates/shownText";
import { HostTimeout, HostUnreachable } from "../hosts/errors";
import type { Settings } from "../settings/settings";
import { InvalidInput } from "../settings/violations";
import { askPulumi } from "../stack/askPulumi";
import { BrokenEnvironment, Interrupted } from "../stack/endings";
import { projectName } from "../stack/project";
import { secretsIn, secretsQuestion, type StackSecrets } from "../stack/stackSecrets";
import type { NamedStack } from "../stack/stackSettings";
import { openTarget } from "../targets/openTarget";
import { placeOf, secretsOfPlace } from "../targets/placeOf";
import type { Target } from "../targets/target";
import { askedServices } from "./askedServices";
import { exitCodes } from "./exitCodes";
import type { LogsOptions } from "./logs";
import { tell } from "./output";
import { whileWaiting } from "./progress";
import { lineWriter } from "./serviceLogs";

/**
 * `logs` of services that are no containers of the stack's own: the last lines of each, one service after the other.
 * Sets the exit code: 1 where the target did not give a log.
 * @throws InvalidInput for what such a target does not have, BrokenEnvironment where its host can't be asked
 */
export async function logsOnTarget(
  services: readonly string[],
  { stack, label, settings }: NamedStack,
  options: LogsOptions,
): Promise<void> {
  refuseOthers(settings.target, options);
  const asked = askedServices(services, Object.keys(settings.services), label);
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  const end = () => abort.abort(new Error("interrupted"));
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    const failed = await printLogs(asked, settings, stack, Number(options.tail), abort.signal);
    if (failed) process.exitCode = exitCodes.failed;
  } catch (error) {
    if (abort.signal.aborted) throw new Interrupted("Interrupted.");
    throw error;
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

function refuseOthers(target: Settings["target"], { follow, since, tail }: LogsOptions): void {
  const only = `leave it out: \`target: ${target}\` gives the last lines alone, --tail says how many`;
  const wrong = [
    ...(follow === true ? [{ where: "--follow", found: "set", expected: only }] : []),
    ...(since === undefined ? [] : [{ where: "--since", found: since, expected: only }]),
    ...(tail === "all" ? [{ where: "--tail", found: tail, expected: "write a number of lines" }] : []),
  ];
  if (wrong.length > 0)
    throw new InvalidInput("The services run on a target that can't tell its logs so", wrong);
}

/** @returns whether the target did not give one */
async function printLogs(
  services: readonly string[],
  settings: Settings,
  stack: string,
  lines: number,
  signal: AbortSignal,
): Promise<boolean> {
  const { byName, hidden } = await secretsFor(settings, stack, signal);
  const place = placeOf(settings, (name) => byName[name] ?? "");
  if (place === undefined) throw new Error("no target is set");
  const redact = redactor(hidden);
  const target = await openTarget(place, signal);
  const write = lineWriter(services.map((service) => ({ service })));
  const answers = await whileWaiting(
    "asking the host",
    Promise.all(services.map(async (service) => ({ service, said: await saidBy(target, service, lines) }))),
  );
  signal.throwIfAborted();
  for (const { service, said } of answers) {
    if (typeof said !== "string") tell("error", `no log of ${service}: ${clean(said.message, redact)}`);
    else for (const line of linesOf(said)) await write({ service, line: redact(line) });
  }
  const silent = answers.find(({ said }) => said instanceof HostUnreachable || said instanceof HostTimeout);
  if (silent !== undefined) throw new BrokenEnvironment("The host that services run on can't be asked");
  return answers.some(({ said }) => typeof said !== "string");
}

async function saidBy(target: Target, service: string, lines: number): Promise<string | Error> {
  try {
    return await target.logs(service, lines);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function linesOf(said: string): string[] {
  const text = said.replace(/\r?\n$/, "");
  return text === "" ? [] : text.split(/\r?\n/);
}

/** Only what the host is reached with; of services' own words no secret is searched. */
async function secretsFor(settings: Settings, stack: string, signal: AbortSignal): Promise<StackSecrets> {
  const needed = secretsOfPlace(settings);
  if (needed.length === 0) return { byName: {}, hidden: [] };
  try {
    const { byName } = secretsIn(await askPulumi(secretsQuestion(stack), { signal }), projectName());
    return { byName, hidden: needed.map((name) => byName[name] ?? "") };
  } catch (error) {
    throw new BrokenEnvironment(
      `The host is reached with secrets, which can't be read: ${(error as Error).message}`,
    );
  }
}
