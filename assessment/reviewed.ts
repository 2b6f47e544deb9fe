import { buildsByService } from "../catalog/catalog";
import { fingerprint } from "../schema/fingerprint";
import type { Assessment } from "./assessment";

/** Environment variable by which a deployment tells the program which assessment was reviewed: its fingerprint. */
export const reviewedVariable = "KNOWNGOOD_REVIEWED";

export interface ReviewedQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Tag of the target. */
  target: string;
  /** What was reviewed; undefined where this `up` is none that follows a review. Nothing at all was never reviewed. */
  reviewed: string | undefined;
  /** Of this assessment, as `boundFingerprint` has it. */
  fingerprint: string;
  /** What is other than in the report that was reviewed; undefined where no such report is kept. */
  changes: readonly string[] | undefined;
  /** Whether the `up` changes neither release, images nor schema, as one that is run again does. */
  settled: boolean;
}

/** Approved means what was seen: what comes to something else is refused, in any direction. */
export function reviewedRefusals(question: ReviewedQuestion): string[] {
  const { stack, target, reviewed, fingerprint: now, settled } = question;
  if (reviewed === undefined || reviewed === now || settled) return [];
  return [
    [
      ...whatChanged(question),
      `To have it reviewed as it is now: npx knowngood propose ${target} --stack ${stack} --reason WHY`,
    ].join("\n"),
  ];
}

function whatChanged({ reviewed, fingerprint: now, changes }: ReviewedQuestion): string[] {
  const was =
    reviewed === ""
      ? `Nothing was reviewed (${reviewedVariable} is empty), and this assessment is ${now}`
      : `What was reviewed (${reviewed}) is not this assessment (${now})`;
  if (changes === undefined)
    return [`${was}; the report of what was reviewed is not kept here to tell the difference.`];
  if (changes.length === 0) return [`${was}, though its report says the same.`];
  return [`${was}. Changed since:`, ...changes.map((change) => `  ${change}`)];
}

/** What a review of the whole `up` is bound to, also on a stack without a database: there, to the release and its images. */
export function boundFingerprint({ risk, target }: Pick<Assessment, "risk" | "target">): string {
  if (risk !== undefined) return risk.report.fingerprint;
  return fingerprint({
    target: { tag: target.tag, images: buildsByService(target) },
    gap: [],
    action: "rollback",
    findings: [],
    losses: [],
  });
}

/** Whether an `up` changes neither release nor schema. A tag whose images are others by now is another release. */
export function isSettled({
  direction,
  services,
  schema,
  stepDown,
}: Pick<Assessment, "direction" | "services" | "schema" | "stepDown">): boolean {
  return (
    direction === "same" &&
    services.every(({ from, to }) => from?.digest === to.digest) &&
    (schema?.pending ?? []).length === 0 &&
    stepDown?.active !== true
  );
}
