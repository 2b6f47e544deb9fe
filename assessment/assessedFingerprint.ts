import { migrationLabel, type Migration } from "../catalog/release";
import type { CombinedJudgement } from "../schema/combine";
import { fingerprint, type ReviewedMigration, type ReviewedTarget } from "../schema/fingerprint";
import type { Report } from "../schema/report";
import type { ClosedWay } from "./horizon";
import type { SchemaEvidence } from "./schemaEvidence";

/** What an assessment is known by, beside what its report has. */
export interface AssessedParts {
  target: ReviewedTarget;
  gap: readonly ReviewedMigration[];
  /** The migration that is stepped down; undefined for none. */
  takenBack: ReviewedMigration | undefined;
  evidence: Pick<SchemaEvidence, "decision" | "pending" | "backup">;
  judgement: CombinedJudgement;
  /** The ways back that the `up` closes. */
  ways: readonly ClosedWay[];
  report: Pick<Report, "fingerprint" | "stepDown">;
}

/**
 * What an acknowledgement of the whole `up` is bound to. Where ways back are closed, those and the migrations that do it
 * are reviewed, too. So are the migrations before which a backup is made, with what they destroy, in any direction: an
 * acknowledgement may stand for that backup, and one of other migrations must not.
 */
export function assessedFingerprint(parts: AssessedParts): string {
  const { target, gap, takenBack, evidence, judgement, ways, report } = parts;
  const { decision, pending, backup } = evidence;
  const endangered = backup !== undefined && pending.length > 0;
  if (ways.length === 0 && !endangered) return report.fingerprint;
  const destroyed = (endangered && backup.destroys) || [];
  return fingerprint({
    target,
    gap: [...gap, ...(takenBack === undefined ? [] : [takenBack]), ...pending.map(reviewedMigration)],
    action: decision.kind === "step" ? `step-down ${decision.version}` : "forward",
    findings: [
      ...judgement.findings,
      ...ways.flatMap(({ tag, findings }) =>
        findings.map(({ verdict, object }) => ({ verdict, object: `${tag}: ${object}` })),
      ),
      ...destroyed.map((object) => ({ verdict: "destructive" as const, object: `to be applied: ${object}` })),
    ],
    losses: decision.kind === "step" ? (report.stepDown?.losses ?? []) : [],
  });
}

export function reviewedMigration(migration: Migration): ReviewedMigration {
  return { name: migrationLabel(migration), sha256: migration.sha256 };
}
