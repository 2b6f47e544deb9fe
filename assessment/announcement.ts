import { migrationLabel } from "../catalog/release";
import { reportLines, verdictWords } from "../schema/reportLines";
import { stepDownText } from "../schema/stepDown/stepDownText";
import { verdicts, type Verdict } from "../schema/verdict";
import { backupText } from "./backupPlan";
import { breakGlassBanner, breakGlassLine } from "./breakGlassText";
import type { Assessment, AssessedSchema, AssessedStepDown, ServiceMove } from "./assessment";
import { flagLines } from "./flags";
import { runByText } from "./runBy";
import type { SchemaRisk } from "./schemaRisk";

/**
 * The assessment as a person reads it: what it goes on without, one line of what happens, a line a service, then the
 * schema with what it means, and what is known good.
 * @param report file of the whole report; undefined where none could be kept
 */
export function announcement(stack: string, assessment: Assessment, report?: string): string {
  const { services, schema, risk, stepDown } = assessment;
  const width = Math.max(...services.map(({ service }) => service.length));
  const { breakGlass, owed } = assessment;
  return [
    ...(breakGlass === undefined ? [] : breakGlassBanner(breakGlass, owed?.command)),
    moveLine(stack, assessment),
    ...services.map((move) => `  ${move.service.padEnd(width)}  ${serviceText(move, stepDown)}`),
    ...(assessment.flags ? flagLines(assessment.flags) : []).map((line) => `  ${line}`),
    ...(schema === undefined ? [] : [`  ${schemaText(schema, assessment)}`]),
    ...(stepDown?.active === true && stepDown.verdict !== undefined
      ? [`  ${stepDownText(stepDown.verdict, stepDown.servicesStayStopped)}`]
      : []),
    ...(schema?.backup === undefined ? [] : [`  ${backupText(schema.backup)}`]),
    ...(risk === undefined ? [] : riskText(risk, report).map((line) => `  ${line}`)),
    ...(assessment.disk === undefined ? [] : [`  ${assessment.disk}`]),
    `  ${knownGoodText(assessment)}`,
    ...assessment.quarantine.left.map(
      (tag) => `  ${tag} is quarantined from then on, as the stack is rolled back from it`,
    ),
  ].join("\n");
}

/** What the gap means, where there is one; else where the report lies, where there is one. */
function riskText({ report, worthReading }: SchemaRisk, file: string | undefined): string[] {
  const more = file === undefined ? {} : { more: file };
  if (report.gap.length > 0) {
    const lines = reportLines(report, { ...more, emphasise: coloured(report.verdict) });
    return [...lines, ...report.wholeWay.map((line) => `  ${line}`)];
  }
  return worthReading && file !== undefined ? [`whole report: ${file}`] : [];
}

/** By the tags that Pulumi's CLI turns into colours where it shows any, and takes out elsewhere. */
function coloured(verdict: Verdict): (text: string) => string {
  const colours = [2, 3, 1, 1];
  return (text) => `<{%fg ${colours[verdicts.indexOf(verdict)]}%}>${text}<{%reset%}>`;
}

/**
 * What happens, in a line, with the verdict where the schema is ahead; above it what it goes on without, below it what
 * is still owed after it.
 */
export function headline(stack: string, assessment: Assessment): string {
  const { risk, breakGlass, owed } = assessment;
  const line = moveLine(stack, assessment);
  const ahead =
    risk === undefined || risk.report.gap.length === 0
      ? ""
      : `, on a schema that is ahead: ${verdictWords(risk.report)}`;
  const glass = breakGlass && breakGlassLine(breakGlass);
  return [...(glass === undefined ? [] : [glass]), `${line}${ahead}`, ...owedLines(owed)].join("\n");
}

/** What an `up` still owes when it is through, why, and what settles it. */
function owedLines(owed: Assessment["owed"]): string[] {
  if (owed?.after === undefined) return [];
  const told = `  owed afterwards is the proper run of ${owed.after.release}`;
  if (owed.stays === undefined) return [`${told}: ${owed.command}`];
  return [told, ...owed.stays.flatMap((text) => text.split("\n")).map((line) => `    ${line}`)];
}

/** Whether the target has been good here, what else has, and without what the target's own run came up. */
function knownGoodText(assessment: Assessment): string {
  const { target, knownGood, lastKnownGood: other, targetShunned, owed } = assessment;
  const own = knownGood.find(({ tag }) => tag === target.tag);
  const besides = other === undefined ? "" : `${other.tag}, ${other.passedAt}`;
  if (own !== undefined) {
    const text =
      targetShunned === true
        ? `${own.tag} is quarantined, though its gates passed ${own.passedAt}`
        : `${own.tag} is known good, its gates passed ${own.passedAt}${owedText(own.tag, owed)}`;
    return besides === "" ? text : `${text}; besides it ${besides}`;
  }
  if (besides === "") return "no release of this stack is known good yet";
  return `${target.tag} has not been good here yet; last known-good: ${besides}`;
}

/** A release can be good by an earlier run, and owe the one by which it came up since. */
function owedText(tag: string, owed: Assessment["owed"]): string {
  const run = owed?.after ?? owed?.before;
  if (run?.release !== tag) return "";
  return `; its run ${owed?.after === undefined ? "is made good with" : "is owed, without"} ${run.guards.join(", ")}`;
}

function moveLine(stack: string, assessment: Assessment): string {
  const { drill } = assessment;
  return (
    moveText(stack, assessment) + (drill === undefined ? "" : ` (drill ${drill.id}, its way ${drill.way})`)
  );
}

function moveText(
  stack: string,
  { direction, running, target, quarantine, knownGood, adopted = [] }: Assessment,
): string {
  if (adopted.length > 0 && direction === "same")
    return `${stack}: ${target.tag} runs by hand, and is adopted`;
  const now = running.tag ?? (running.services.length === 0 ? undefined : mixedText(running.services));
  switch (direction) {
    case "same":
      return `${stack}: ${target.tag} stays`;
    case "forward":
      if (now !== undefined) return `${stack}: forward from ${now} to ${target.tag}`;
      return knownGood.length === 0
        ? `${stack}: first release, ${target.tag}`
        : `${stack}: forward to ${target.tag}; no service has a container`;
    case "rollback":
      // Services that a step-down left stopped are the target's already.
      if (now === target.tag) return `${stack}: the rollback to ${now} goes on; its services are stopped`;
      if (now === undefined) return `${stack}: rollback${fromLost(quarantine.left)} to ${target.tag}`;
      return `${stack}: rollback from ${now} to ${target.tag}`;
  }
}

/** Containers are gone where an update died that had taken them away, or somebody removed them by hand. */
function fromLost(left: readonly string[]): string {
  return left.length === 0 ? "" : ` from ${left.join(", ")}, whose containers are gone,`;
}

function mixedText(services: Assessment["running"]["services"]): string {
  return `a mix (${services.map(({ service, tag }) => `${service} ${tag}`).join(", ")})`;
}

function serviceText({ from, to }: ServiceMove, stepDown: AssessedStepDown | undefined): string {
  if (from === undefined) return `new, ${shortDigest(to.digest)}`;
  if (from.digest === to.digest)
    return `${stepDown?.active === true ? "stops for the step-down, its image stays" : "stays"}, ${shortDigest(to.digest)}`;
  return `${from.tag} ${shortDigest(from.digest)} -> ${to.tag} ${shortDigest(to.digest)}`;
}

function schemaText({ pending, gap, head, runBy }: AssessedSchema, { target, stepDown }: Assessment): string {
  const runs = pending.map(migrationLabel).join(", ");
  const by = runBy === undefined ? "" : `, ${runByText(runBy)}`;
  if (gap.length > 0) {
    const left = stepDown?.active === true ? `; ${stepDown.version} is stepped down` : " and left as it is";
    const also = pending.length > 0 ? `; to be applied: ${runs}${by}` : "";
    return `schema: ahead of ${target.tag} by ${gap.length} (${gap.join(", ")})${left}${also}`;
  }
  if (pending.length > 0) return `schema: ${pending.length} to be applied (${runs})${by}`;
  return `schema: at ${head ?? "the start"}, as ${target.tag} ships it`;
}

function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}
