import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { findRelease, surveyCatalog, type Catalog } from "../catalog/catalog";
import { conductDrill, targetSettings, type DrillOrder, type DrillWatch } from "../drills/conductDrill";
import type { Drill } from "../drills/drill";
import { keepDrill } from "../drills/keptDrills";
import { notAtRest, notDrillable } from "../drills/mayDrill";
import { probedService } from "../drills/probedService";
import { lookAtStack, runs, type StackLook } from "../drills/stackLook";
import { drillEnvironment } from "../drills/underWay";
import { owedRun } from "../history/owedRun";
import { readStackState } from "../history/stackState";
import { maskPasswords } from "../migrations/password";
import { accountName, operator } from "../records/operator";
import { nearestName } from "../settings/nearestName";
import { InvalidInput, show } from "../settings/violations";
import { previewPlan, type Previewed } from "../updates/preview";
import type { Plan } from "../assessment/plan";
import { canAsk, confirmed } from "./confirm";
import { drillReport } from "./drillReport";
import { BrokenEnvironment, Interrupted, Refused } from "../stack/endings";
import { cameOfInterruption, listenForInterruption, type Interruption } from "./interruption";
import { isNoReason } from "./noReason";
import { print, printJson, tell } from "./output";
import { whileWaiting } from "./progress";
import { projectFolder } from "../stack/project";
import { stackSettings, type NamedStack } from "../stack/stackSettings";
import { upProgress } from "./upProgress";

export interface DrillOptions {
  stack?: string;
  target?: string;
  inProduction?: string;
  yes?: boolean;
  json?: boolean;
}

/** Seconds for the stack's state. */
const stateSeconds = 30;

/** `drill`: tries the way back, and returns. */
export async function drill(options: DrillOptions): Promise<void> {
  // Catalog, records and stack file are told from there.
  process.chdir(projectFolder() ?? ".");
  const named = await stackSettings(options.stack);
  refuseWithoutTarget(named, options);
  refuseProtected(named, options);
  if (options.yes !== true && !canAsk())
    throw new InvalidInput("Nobody can be asked here, and a drill replaces containers twice", [
      { where: "--yes", found: "nothing", expected: "add it to go on without a question" },
    ]);
  const { catalog } = surveyCatalog(named.settings.releases);
  let interruption = listenForInterruption();
  try {
    const order = await prepared(named, catalog, options, interruption).catch(async (error: unknown) => {
      if (await cameOfInterruption(interruption)) throw new Interrupted("Interrupted; nothing was touched.");
      throw error;
    });
    if (order === undefined) return tell("warning", "Left as it is; nothing was touched.");
    const watch: DrillWatch = {
      begin: (way, release) => {
        if (way === "back") {
          // Between the two ways a signal must not end the process.
          const next = listenForInterruption();
          interruption.stop();
          interruption = next;
        }
        const progress = upProgress(`${named.label}, ${way} to ${release}`, undefined, true);
        return { ...progress, signal: interruption.signal, atOnce: interruption.atOnce };
      },
      look: () => look(named, catalog),
    };
    const { drill: ended, last } = await conductDrill(order, watch);
    report(ended, named, last, { atOnce: interruption.atOnce.aborted, json: options.json === true });
  } finally {
    interruption.stop();
  }
}

/** What runs can only be made anew, for a drill, where the stack makes it. */
function refuseWithoutTarget({ stack, settings }: NamedStack, { target }: DrillOptions): void {
  if (settings.target === "docker" || target !== undefined) return;
  throw new InvalidInput(
    `Without another release a drill changes nothing where services run by ${settings.target}`,
    [
      {
        where: "--target",
        found: "nothing",
        expected:
          `drill the way to an older release and again back: npx knowngood drill --stack ${stack} --target TAG; ` +
          `those that are known good: npx knowngood history --stack ${stack}`,
      },
    ],
  );
}

function refuseProtected({ stack, settings }: NamedStack, { inProduction, target }: DrillOptions): void {
  if (isNoReason(inProduction))
    throw new InvalidInput("A drill of a protected stack can't go without a reason", [
      { where: "--in-production", found: show(inProduction), expected: "write why it is drilled there" },
    ]);
  if (!settings.protected || inProduction !== undefined) return;
  const towards = target === undefined ? "" : ` --target ${target}`;
  throw new Refused(
    `${stack} is protected, and a drill replaces its containers twice. ` +
      `To drill it all the same: npx knowngood drill --stack ${stack}${towards} --in-production "WHY"`,
  );
}

async function look({ stack }: NamedStack, catalog: Catalog): Promise<StackLook> {
  return lookAtStack(await readStackState(stack, { seconds: stateSeconds }), catalog);
}

/** Looks at everything before anything is touched, and asks. @returns undefined where a person says no */
async function prepared(
  named: NamedStack,
  catalog: Catalog,
  options: DrillOptions,
  interruption: Interruption,
): Promise<DrillOrder | undefined> {
  const { stack, label, settings } = named;
  const [project = ""] = label.split("/");
  const { signal } = interruption;
  const target = options.target === undefined ? undefined : known(options.target, catalog);
  const state = await readStackState(stack, { seconds: stateSeconds });
  const before = lookAtStack(state, catalog);
  const rest = await whileWaiting(
    "Looking at what runs",
    previewPlan({ stack, project, expectNoChanges: true, signal }),
  );
  const plan = planIn(rest);
  const changes = rest.text.includes("no changes were expected");
  if (rest.exitCode !== 0 && !changes && plan.refusals.length === 0) throw noPreview(rest);
  const breaksGlass = settings.breakGlass !== undefined;
  refuse(notAtRest({ stack, breaksGlass, owed: owedRun(state), look: before, rest: { plan, changes } }));
  const id = `${new Date().toISOString().replace(/[-:]/g, "")}-${randomBytes(4).toString("hex")}`;
  const way = target && (await wayTo(target, { stack, project, id, signal }));
  if (target && way) refuse(notDrillable(target, plan.to, way));
  const moving = (way?.services ?? []).flatMap(({ service, from, to }) =>
    from?.digest === to.digest ? [] : [service],
  );
  const order: DrillOrder = {
    ...{ id, stack: label, release: plan.to, pulumiStack: stack, project, settings, before },
    ...(target && { target: target.tag }),
    ...(plan.lastKnownGood && { wayBack: plan.lastKnownGood.tag }),
    ...(options.inProduction !== undefined && { inProduction: options.inProduction }),
    by: operator(process.env, accountName(), hostname()),
    probe: probedService(settings, moving),
  };
  return (await agreed(order, options, interruption)) ? order : undefined;
}

function known(tag: string, catalog: Catalog) {
  const release = findRelease(catalog, tag);
  if (release !== undefined) return release;
  const tags = catalog.releases.map((one) => one.tag);
  const nearest = nearestName(tags, tag);
  const expected =
    nearest === undefined ? `write one of ${tags.slice(-10).join(", ")}` : `did you mean ${nearest}?`;
  throw new InvalidInput("There is no such release in the catalog", [
    { where: "--target", found: tag, expected },
  ]);
}

async function wayTo(
  { tag }: { tag: string },
  { stack, project, id, signal }: { stack: string; project: string; id: string; signal: AbortSignal },
): Promise<Plan> {
  const env = drillEnvironment({ id, way: "out" });
  const previewed = await whileWaiting(
    `Looking at the way back to ${tag}`,
    previewPlan({ stack, project, settings: targetSettings(tag), env, signal }),
  );
  const plan = planIn(previewed);
  if (previewed.exitCode !== 0 && plan.refusals.length === 0) throw noPreview(previewed);
  return plan;
}

function planIn(previewed: Previewed): Plan {
  if (previewed.plan === undefined) throw noPreview(previewed);
  return previewed.plan;
}

function noPreview({ text }: Previewed): BrokenEnvironment {
  return new BrokenEnvironment(
    `pulumi preview does not come to its end, so nothing was touched:\n${maskPasswords(text.trim())}`,
  );
}

function refuse(why: string | undefined): void {
  if (why !== undefined) throw new Refused(`Refused; nothing was touched.\n${why}`);
}

async function agreed(
  { release, target, pulumiStack: stack, settings, probe }: DrillOrder,
  { yes }: DrillOptions,
  interruption: Interruption,
): Promise<boolean> {
  if (yes === true) return true;
  const what =
    target === undefined
      ? `Every container of ${release} on ${stack} is made anew, and once more.`
      : `${stack} goes from ${release} back to ${target}, and again to ${release}.`;
  const looks = "none" in probe ? ` Nothing is probed: ${probe.none}.` : "";
  const message = `${what} Its services are down for a moment each time.${looks} Go on?`;
  return confirmed({ message, ...(settings.protected && { typed: release }) }, interruption);
}

/** @throws where it did not pass, with where things stand and what to type */
function report(
  ended: Drill,
  { stack, settings }: NamedStack,
  last: StackLook | undefined,
  { atOnce, json }: { atOnce: boolean; json: boolean },
): void {
  let file: string | undefined;
  let problem: string | undefined;
  try {
    file = keepDrill(settings.record.folder, ended);
  } catch (error) {
    problem = `The drill could not be kept as evidence: ${(error as Error).message}`;
  }
  if (json) printJson(ended);
  else print(drillReport(ended, file));
  const { release, returned, outcome } = ended;
  const cancel = atOnce ? `pulumi cancel --yes --stack ${stack} && ` : "";
  const stands = returned
    ? `${release} runs as before.`
    : `${release} is not back: ${last === undefined ? "what runs is not known" : runs(last)}. To bring it back: ${cancel}pulumi up --stack ${stack}`;
  if (outcome === "interrupted") throw new Interrupted(`The drill was interrupted. ${stands}`);
  if (outcome === "failed") throw new Error(`The drill did not pass: ${ended.found[0] ?? ""} ${stands}`);
  if (problem !== undefined) throw new Error(problem);
}
