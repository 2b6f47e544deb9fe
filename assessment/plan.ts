import { writeWhole } from "../files/writeWhole.cjs";
import type { Direction } from "../history/running";
import type { KnownGood } from "../history/knownGood";
import type { Verdict } from "../schema/verdict";
import { announcement } from "./announcement";
import type { Assessment, ServiceMove } from "./assessment";
import type { Refusal } from "./refusal";
import { boundFingerprint, isSettled } from "./reviewed";
import type { AssessmentReport } from "./schemaRisk";

/** Environment variable by which a command asks the program for its plan: the file to leave it in. */
export const planVariable = "KNOWNGOOD_PLAN";

/** An assessment as a command reads it that has run `pulumi preview` or `pulumi up`: plain data, also of one that refuses. */
export interface Plan {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  protected: boolean;
  direction: Direction;
  /** Tag of what runs; undefined where nothing does, or services run different ones. */
  from?: string;
  /** Tag of the target. */
  to: string;
  services: readonly ServiceMove[];
  /** Undefined for a stack without a database. */
  schema?: {
    /** Versions that the `up` applies, oldest first. */
    pending: readonly string[];
    /** Versions that are applied and that the target does not ship, oldest first. */
    gap: readonly string[];
    /** The gravest verdict that passes unacknowledged (`guards.schema`). */
    allowed: Verdict;
    /** Undefined where nothing could be judged. */
    report?: AssessmentReport;
  };
  /** The migration that the setting `stepDown` names, and whether this `up` takes it back. */
  stepDown?: { version: string; active: boolean };
  /** Newest first. */
  knownGood: readonly KnownGood[];
  /** The newest known-good release that is not the target, and not quarantined. */
  lastKnownGood?: KnownGood;
  /** Releases that are quarantined once this `up` has begun, as the stack is rolled back from them. */
  leaves: readonly string[];
  /** Flags that this `up` turns off. */
  flagsOff: readonly string[];
  /** What a review, and an acknowledgement, are bound to: 12 hexadecimal digits. */
  fingerprint: string;
  /** Whether the `up` changes neither release, images nor schema. */
  settled: boolean;
  /** All of it as a person reads it. */
  text: string;
  warnings: readonly string[];
  /** Empty where the `up` may go on. */
  refusals: readonly Refusal[];
}

/** @param report file of the whole report; undefined where none is kept */
export function planOf(
  stack: string,
  assessment: Assessment,
  settings: { protected: boolean; guards: { schema: Verdict } },
  report?: string,
): Plan {
  const { direction, running, target, services, schema, risk, stepDown, quarantine } = assessment;
  const { knownGood, lastKnownGood, warnings, refusals } = assessment;
  return {
    stack,
    protected: settings.protected,
    direction,
    ...(running.tag !== undefined && { from: running.tag }),
    to: target.tag,
    services,
    ...(schema && {
      schema: {
        pending: schema.pending.map(({ version }) => version),
        gap: schema.gap,
        allowed: settings.guards.schema,
        ...(risk && { report: risk.report }),
      },
    }),
    ...(stepDown && { stepDown: { version: stepDown.version, active: stepDown.active } }),
    knownGood,
    ...(lastKnownGood && { lastKnownGood }),
    leaves: quarantine.left,
    flagsOff: (assessment.flags?.off ?? []).flatMap(({ flag, due }) => (due ? [flag] : [])),
    fingerprint: boundFingerprint(assessment),
    settled: isSettled(assessment),
    text: withoutColours(announcement(stack, assessment, report)),
    warnings,
    refusals,
  };
}

/** Only Pulumi's own display turns the tags into colours. */
function withoutColours(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "");
}

/**
 * Leaves the plan where a command asked for it, for this user's eyes only.
 * @throws what the file system says
 */
export function leavePlan(environment: NodeJS.ProcessEnv, plan: () => Plan): void {
  const file = environment[planVariable];
  if (file !== undefined && file !== "") writeWhole(file, JSON.stringify(plan()), { private: true });
}
