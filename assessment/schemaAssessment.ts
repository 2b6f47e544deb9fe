import { migrationLabel, type Release } from "../catalog/release";
import type { KnownGood } from "../history/knownGood";
import type { Direction, Running } from "../history/running";
import { notRunnable } from "../migrations/tools/notRunnable";
import { lossText } from "../schema/advice";
import { isPast } from "../schema/verdict";
import type { AssessedStepDown, Assessment, AssessmentQuestion } from "./assessment";
import { guardBackup } from "./backupGuard";
import { takesBack, type MigratedBy } from "./migratedBy";
import { noImageToRunIn } from "./runBy";
import { refusedBy, type Refusal } from "./refusal";
import type { SchemaEvidence } from "./schemaEvidence";
import { schemaRefusals, type PolicyQuestion } from "./schemaPolicy";
import { assessRisk, changesSince, type SchemaRisk } from "./schemaRisk";

export interface SchemaQuestion extends AssessmentQuestion {
  running: Running;
  direction: Direction;
  knownGood: readonly KnownGood[];
}

type SchemaPart = Pick<Assessment, "schema" | "risk" | "stepDown" | "warnings" | "refusals">;

/** What the database means for an `up`: the plan, the risk, and what is refused for it. */
export function assessSchema(question: SchemaQuestion): SchemaPart {
  const { schema: evidence } = question.evidence;
  if (evidence === undefined) return { schema: undefined, warnings: [], refusals: [] };
  const { stepDown: judged, decision } = evidence;
  const stepping = decision.kind === "step";
  const risk = assessRisk({
    ...question,
    catalog: question.survey.catalog,
    evidence,
    stepDown: judged,
    stepping,
    allowed: question.guards.schema,
  });
  const stepDown = assessStepDown(question, evidence, risk);
  const { pending, gap, head, applied, recorded, dumped, runBy } = evidence;
  const { backup, ...guarded } = guardBackup({
    ...question,
    backup: evidence.backup,
    stepDown: stepping ? decision.version : undefined,
    fingerprint: risk.report.fingerprint,
  });
  return {
    schema: {
      ...{ pending, gap, head, applied, recorded },
      ...(dumped && { dumped }),
      ...(backup && { backup }),
      ...(runBy && { runBy }),
    },
    risk,
    ...(stepDown && { stepDown }),
    warnings: [
      ...stateWarnings(evidence),
      // On the way back, and of what runs already, it stands in nobody's way.
      ...(evidence.migratedBy === undefined || question.direction === "forward"
        ? []
        : unapplied(question.target, pending, evidence.migratedBy)),
      // A setting that has nothing to do is told, since somebody meant something by it.
      ...(decision.kind === "inert" ? [decision.told] : []),
      ...(stepping
        ? (judged?.stays ?? []).map((stays) => `Not as before, though it is stepped down: ${stays}`)
        : []),
      ...guarded.warnings,
      ...passing(question, risk),
      ...riskWarnings(risk),
    ],
    refusals: [
      ...refusedBy("migrationTool", unrunnable(question, evidence)),
      ...refusedBy("stepDown", decision.kind === "refused" ? [decision.refusal] : []),
      ...refusedBy("stepDown", unjudged(evidence)),
      ...refusedBy("stepDown", neededElsewhere(question, evidence)),
      ...guarded.refusals,
      ...guards(question, risk, stepDown),
    ],
  };
}

/** The newest migration that a release does not ship once the `up` is through; an `up` takes back dbmate's alone. */
export function steppedDownFirst(
  release: Release | undefined,
  { schema, stepDown }: Pick<SchemaPart, "schema" | "stepDown">,
  evidence: SchemaEvidence | undefined,
): string | undefined {
  if (release === undefined || schema === undefined || evidence === undefined) return undefined;
  if (!takesBack(evidence)) return undefined;
  const taken = stepDown?.active === true ? stepDown.version : undefined;
  const shipped = new Set(release.migrations.map(({ version }) => version));
  return [...schema.applied, ...schema.pending.map(({ version }) => version)]
    .filter((version) => version !== taken && !shipped.has(version))
    .sort()
    .at(-1);
}

function assessStepDown(
  { survey, guards: { schema: allowed } }: SchemaQuestion,
  { decision, stepDown: verdict }: SchemaEvidence,
  { report }: SchemaRisk,
): AssessedStepDown | undefined {
  if (decision.kind === "none") return undefined;
  const { version } = decision;
  const stepping = decision.kind === "step";
  const known = survey.catalog.releases.flatMap(({ migrations }) => migrations);
  return {
    version,
    active: stepping,
    migration: known.find((migration) => migration.version === version),
    verdict: stepping && verdict?.version === version ? verdict : undefined,
    servicesStayStopped: stepping && isPast(report.verdict, allowed),
  };
}

function guards(
  { stack, target, direction, guards: { schema: allowed, horizon }, acknowledge, evidence }: SchemaQuestion,
  { report }: SchemaRisk,
  stepDown: AssessedStepDown | undefined,
): Refusal[] {
  const judged = stepDown?.active === true ? stepDown.verdict : undefined;
  return schemaRefusals({
    stack,
    direction,
    target: target.tag,
    verdict: report.verdict,
    allowed,
    ...(judged && {
      stepDown: {
        version: judged.version,
        verdict: judged.verdict,
        losses: judged.losses.length === 0 ? [] : [lossText(judged)],
        reason: judged.reason,
      },
    }),
    ...offeredStepDown(evidence.schema),
    closed: report.closed,
    guardsHorizon: horizon,
    fingerprint: report.fingerprint,
    acknowledge,
    changes: acknowledge === undefined ? undefined : changesSince(evidence.reviewed, report),
  });
}

/** The step-down that nobody has asked for, where an `up` could take it: of dbmate's migrations alone. */
function offeredStepDown(evidence: SchemaEvidence | undefined): Pick<PolicyQuestion, "wayDown"> {
  if (evidence === undefined || !takesBack(evidence)) return {};
  const { stepDown, decision } = evidence;
  if (stepDown === undefined || decision.kind === "step") return {};
  if (stepDown.verdict !== "lossless" && stepDown.verdict !== "lossy") return {};
  const loses = stepDown.verdict === "lossy" ? lossText(stepDown) : undefined;
  return { wayDown: { label: migrationLabel(stepDown), version: stepDown.version, loses } };
}

/**
 * Only dbmate's migrations are run here, in either way, unless the user has set a command that applies them, and none where
 * the user's own program does.
 */
function unrunnable(
  { target, stack, direction }: SchemaQuestion,
  { pending, decision, runner, migratedBy, runBy }: SchemaEvidence,
): string[] {
  if (migratedBy !== undefined) return direction === "forward" ? unapplied(target, pending, migratedBy) : [];
  const reason = runBy === undefined ? notRunnable(target, pending) : undefined;
  const back =
    decision.kind === "step" && runner.tool !== "dbmate"
      ? [
          `Stepping down ${decision.version} is refused: the migrations are ${runner.tool}'s, and only dbmate's are taken back by an up. ` +
            `Take it back with ${runner.tool} itself, and remove the setting: pulumi config rm stepDown --stack ${stack}`,
        ]
      : [];
  return [
    ...(reason === undefined ? [] : [reason]),
    ...(runBy === undefined ? [] : noImageToRunIn(target, pending, runBy)),
    ...back,
  ];
}

/** What others were to apply before; a program that applies them itself does so yet. */
function unapplied(target: Release, pending: SchemaEvidence["pending"], by: MigratedBy): string[] {
  const reason = by === "program" ? undefined : notRunnable(target, pending, by);
  return reason === undefined ? [] : [reason];
}

/** What a verdict would have asked for, a backup and an acknowledgement, nobody would ask for. */
function unjudged({ decision, stepDown }: SchemaEvidence): string[] {
  if (decision.kind !== "step" || stepDown?.version === decision.version) return [];
  return [
    `Stepping down ${decision.version} is refused, since what it would come to was not judged. To look at it again: pulumi preview`,
  ];
}

/** Only the services of this stack are stopped for it. */
function neededElsewhere({ stack: own }: SchemaQuestion, { decision, needs }: SchemaEvidence): string[] {
  if (decision.kind !== "step") return [];
  const { version } = decision;
  return (needs?.stacks ?? []).map(
    ({ stack, releases }) =>
      `Stepping down ${version} is refused, since the stack ${stack} uses the same database, and ${releases.join(", ")}, which it is at, ships ${version}. ` +
      `Bring that stack to a release that does not, or destroy it; or leave the schema as it is: pulumi config rm stepDown --stack ${own}`,
  );
}

/** What the database itself says of its migrations, or why it says nothing. */
function stateWarnings({
  state,
  recorded,
  unshipped,
  dumpUnused,
  needs,
  decision,
}: SchemaEvidence): string[] {
  const others =
    decision.kind !== "step" || needs?.unconfirmed === undefined
      ? []
      : [`Unconfirmed: whether another stack needs ${decision.version} (${needs.unconfirmed}).`];
  const dump =
    dumpUnused === undefined
      ? []
      : [
          `Unconfirmed: what the migrations did that a dump is to stand in for. The one that schema.dump names was left aside: ${dumpUnused}`,
        ];
  return [...dump, ...others, ...databaseWarnings({ state, recorded, unshipped })];
}

function databaseWarnings({
  state,
  recorded,
  unshipped,
}: Pick<SchemaEvidence, "state" | "recorded" | "unshipped">): string[] {
  if (state === undefined) return [];
  if ("unconfirmed" in state) {
    const basis = recorded === undefined ? "nothing is recorded of it yet" : "judged by what was recorded";
    return [`Unconfirmed: the schema; ${basis} (${state.unconfirmed}).`];
  }
  return [
    ...state.problems.map(({ reason, remedy }) => `${reason} ${remedy}`),
    ...unshipped.map(
      (version) =>
        `Migration ${version} is applied in the database, and shipped by no release of the catalog: ` +
        "what it did is not judged. Add the release that ships it: npx knowngood release add --help",
    ),
  ];
}

/** What the policy lets pass, though it is not compatible. */
function passing(
  { target, direction, guards: { schema: allowed }, acknowledge }: SchemaQuestion,
  { report: { verdict, fingerprint } }: SchemaRisk,
): string[] {
  if (direction === "same" || verdict === "compatible") return [];
  const meets = `What ${target.tag} would meet in the schema is ${verdict}`;
  if (!isPast(verdict, allowed)) return [`${meets}, which guards.schema lets pass.`];
  return acknowledge === fingerprint ? [`${meets}, and acknowledged (${fingerprint}).`] : [];
}

/** What was not judged, and whose way back is closed. */
function riskWarnings({ report: { closed, horizon } }: SchemaRisk): string[] {
  const late = Object.entries(horizon.verdicts).flatMap(([tag, verdict]) =>
    verdict === "unknown" ? [tag] : [],
  );
  return [
    ...closed.map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`),
    ...(late.length === 0
      ? []
      : [
          `There was no time to judge whether ${late.join(", ")} can run on the schema; the next preview goes on.`,
        ]),
  ];
}
