import type { AssessmentQuestion } from "./assessment";

/** A stack on hold is not touched in any direction: a decision on its data comes before more deploys. */
export function holdRefusals({ stack, hold }: Pick<AssessmentQuestion, "stack" | "hold">): string[] {
  if (hold === undefined) return [];
  return [
    `The stack is on hold, so nothing is deployed in any direction: ${hold}\n` +
      `Once that is settled: pulumi config rm hold --stack ${stack}`,
  ];
}
