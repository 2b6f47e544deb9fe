import type { Direction } from "../history/running";
import type { StepDownVerdict } from "../schema/stepDown/stepDown";
import { isPast, type Verdict } from "../schema/verdict";
import { refusedBy, type Refusal } from "./refusal";

/** What the policy decides on. */
export interface PolicyQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  direction: Direction;
  /** Tag of the target. */
  target: string;
  /** What the target would meet in the schema once the `up` is through. */
  verdict: Verdict;
  /** `guards.schema`: the gravest verdict that passes unacknowledged. */
  allowed: Verdict;
  /** A step-down that this `up` would take. */
  stepDown?: { version: string; verdict: StepDownVerdict; losses: readonly string[]; reason: string };
  /** The step-down that could be taken instead, newest first of the gap; undefined where an `up` takes back none. */
  wayDown?: { label: string; version: string; loses: string | undefined };
  /** For each release that could come back and no longer will: what closes its way. */
  closed: readonly string[];
  /** `guards.horizon`: whether that needs an acknowledgement. */
  guardsHorizon: boolean;
  /** Of this assessment. */
  fingerprint: string;
  /** The fingerprint that was acknowledged, where one was. */
  acknowledge: string | undefined;
  /** What is other than in the report that was acknowledged; undefined where no such report is kept. */
  changes: readonly string[] | undefined;
}

/** What the schema refuses an `up` for: what nothing answers, then all that one acknowledgement answers. */
export function schemaRefusals(question: PolicyQuestion): Refusal[] {
  const { acknowledge, fingerprint } = question;
  const impossible = refusedBy("stepDown", impossibleStepDown(question));
  if (acknowledge === fingerprint) return impossible;
  const answer = howToAcknowledge(question);
  return [...impossible, ...reasonsToAcknowledge(question).map((reason) => ({ ...reason, answer }))];
}

/** What has to be acknowledged, each in a sentence. */
function reasonsToAcknowledge(question: PolicyQuestion): Refusal[] {
  return [
    ...refusedBy(question.stepDown === undefined ? "schema" : "stepDown", pastPolicy(question)),
    ...refusedBy("stepDown", lossyStepDown(question)),
    ...refusedBy("horizon", closedHorizon(question)),
  ];
}

/** A release that runs already is not deployed again, so nothing is gained by standing in its way. */
function pastPolicy({ direction, target, verdict, allowed, stepDown }: PolicyQuestion): string[] {
  if (!isPast(verdict, allowed)) return [];
  const allows = `and guards.schema allows ${allowed} at most`;
  if (stepDown !== undefined) {
    return [
      `After the step-down, what ${target} would meet in the schema is still ${verdict}, ${allows}, so its services stay stopped.`,
    ];
  }
  return direction === "same" ? [] : [`What ${target} would meet in the schema is ${verdict}, ${allows}.`];
}

function lossyStepDown({ stepDown }: PolicyQuestion): string[] {
  if (stepDown?.verdict !== "lossy") return [];
  const lost = stepDown.losses.length === 0 ? stepDown.reason : stepDown.losses.join("; ");
  return [`Stepping down ${stepDown.version} loses data: ${lost}.`];
}

/** On the way back it is a warning only. */
function closedHorizon({ direction, closed, guardsHorizon }: PolicyQuestion): string[] {
  if (!guardsHorizon || direction === "rollback") return [];
  return closed.map((text) => `guards.horizon: ${text}.`);
}

/** No acknowledgement brings back a way down that is not there. */
function impossibleStepDown({ stepDown, stack }: PolicyQuestion): string[] {
  if (stepDown?.verdict !== "irreversible" && stepDown?.verdict !== "missing") return [];
  return [
    `Stepping down ${stepDown.version} can't be done (${stepDown.verdict}): ${stepDown.reason} ` +
      `Roll forward, or leave the schema as it is: pulumi config rm stepDown --stack ${stack}`,
  ];
}

function howToAcknowledge(question: PolicyQuestion): string {
  const { stack, fingerprint } = question;
  return [
    ...staleAcknowledgement(question),
    ...saferWays(question),
    `To accept all the same that ${accepted(question).join(", and that ")}: ` +
      `pulumi config set acknowledge ${fingerprint} --stack ${stack} && pulumi up --stack ${stack}`,
  ].join("\n");
}

/** The safest first: what is typed last is read as what to do. */
function saferWays(question: PolicyQuestion): string[] {
  const { stack, stepDown, wayDown, verdict } = question;
  if (stepDown !== undefined)
    return [
      `To leave the schema as it is: pulumi config rm stepDown --stack ${stack} && pulumi preview --stack ${stack}`,
    ];
  if (pastPolicy(question).length === 0) return [];
  return [
    "Safest: a newer release that mends the fault and runs on the schema as it is.",
    ...(verdict === "destructive"
      ? ["Else restore what was destroyed, beside the database: npx knowngood restore --help"]
      : []),
    ...(wayDown === undefined
      ? []
      : [
          `Else step down ${wayDown.label}, with services stopped for it, which loses ${wayDown.loses ?? "nothing"}: ` +
            `pulumi config set stepDown ${wayDown.version} --stack ${stack} && pulumi up --stack ${stack}`,
        ]),
  ];
}

const meets: Readonly<Record<Verdict, string>> = {
  compatible: "runs on this schema",
  conditional: "fails at some statements",
  breaking: "fails at ordinary statements",
  destructive: "misses data that is gone or changed",
};

/** What an acknowledgement accepts, each as what follows "that". */
function accepted(question: PolicyQuestion): string[] {
  const { target, verdict, stepDown } = question;
  return [
    ...(pastPolicy(question).length === 0
      ? []
      : [stepDown === undefined ? `${target} ${meets[verdict]}` : `the services of ${target} stay stopped`]),
    ...(lossyStepDown(question).length === 0 ? [] : ["this data is lost"]),
    ...(closedHorizon(question).length === 0 ? [] : ["these releases can no longer run"]),
  ];
}

function staleAcknowledgement({ acknowledge, changes }: PolicyQuestion): string[] {
  if (acknowledge === undefined) return [];
  const was = `What was acknowledged (${acknowledge}) is not this assessment`;
  if (changes === undefined) return [`${was}, and its report is not kept here to tell the difference.`];
  if (changes.length === 0) return [`${was}, though its report says the same.`];
  return [`${was}. Changed since:`, ...changes.map((change) => `  ${change}`)];
}
