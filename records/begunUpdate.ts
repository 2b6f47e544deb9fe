import type { Assessment } from "../assessment/assessment";
import { redactDeep, type Redact } from "../gates/redaction";
import type { Settings } from "../settings/settings";
import { checklist } from "./checklist";
import type { Operator } from "./operator";
import type { BegunUpdate, RecordedSchema } from "./releaseRecord";

export interface UpdateFacts {
  id: string;
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  assessment: Assessment;
  settings: Pick<Settings, "record">;
  by: Operator;
  /** Folder of the evidence, where some was kept. */
  evidence: string | undefined;
  startedAt: Date;
  /** Takes secrets out of what a person or a pipeline wrote. */
  redact: Redact;
}

/** What is known of an `up` when it begins. */
export function begunUpdate(facts: UpdateFacts): BegunUpdate {
  const { id, stack, assessment, settings, by, evidence, startedAt, redact } = facts;
  const { services, target, adopted, drill } = assessment;
  // What was done by hand is what is recorded, and not only that it is adopted.
  const { direction, running } = assessment.beforeHand ?? assessment;
  const { reason, detected, owner, postmortem } = settings.record;
  const schema = schemaOf(assessment);
  const broken = brokenBy(assessment);
  const written = {
    // They tell of what was wrong, and with what a drill leaves nothing is.
    ...(reason !== undefined && drill === undefined && { reason }),
    ...(detected !== undefined && drill === undefined && { detected }),
    ...(owner !== undefined && { owner }),
    by,
    ...(broken && { breakGlass: broken }),
    ...(target.ci !== undefined && { ci: target.ci }),
  };
  return {
    id,
    stack,
    direction,
    from: {
      ...(running.tag !== undefined && { tag: running.tag }),
      services: Object.fromEntries(
        running.services.map(({ service, tag, digest }) => [service, { tag, digest }]),
      ),
    },
    to: {
      tag: target.tag,
      services: Object.fromEntries(services.map(({ service, to }) => [service, to])),
    },
    ...(drill && { drill }),
    ...(adopted && {
      adopted: Object.fromEntries(
        adopted.map(({ service, release, since }) => [service, { tag: release?.tag ?? "unknown", since }]),
      ),
    }),
    ...redactDeep(written, redact, new Set(["verdict"])),
    ...(schema && { schema }),
    ...(evidence !== undefined && { evidence }),
    ...(direction === "rollback" &&
      drill === undefined && {
        yours: checklist({ from: running, ...(schema && { schema }), ...(broken && { breakGlass: broken }) }),
        ...(postmortem !== undefined && { postmortem: true }),
      }),
    startedAt: startedAt.toISOString(),
  };
}

function brokenBy({ breakGlass }: Assessment): BegunUpdate["breakGlass"] {
  if (breakGlass === undefined || breakGlass.broken.length === 0) return undefined;
  return { reason: breakGlass.reason, guards: breakGlass.broken.map(({ guard }) => guard) };
}

function schemaOf({ schema, risk, stepDown }: Assessment): RecordedSchema | undefined {
  if (schema === undefined) return undefined;
  const taken = stepDown?.active === true ? stepDown.version : undefined;
  const ahead = schema.gap.filter((version) => version !== taken);
  return {
    ...(risk !== undefined && schema.gap.length > 0 && { verdict: risk.report.verdict }),
    leftAhead: ahead,
    toApply: schema.pending.map(({ version }) => version),
    ...(taken !== undefined && { stepDown: taken }),
  };
}
