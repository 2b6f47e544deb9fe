import { announcement, headline } from "./announcement";
import type { Assessment } from "./assessment";
import type { KeptReport } from "./keptReport";

/** Where a person reads it: Pulumi's own log. */
export interface Teller {
  info: (text: string) => Promise<void>;
  warn: (text: string) => Promise<void>;
}

export interface Announced {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  assessment: Assessment;
  report: KeptReport;
  previewing: boolean;
  /** What is to be told beside the assessment's own warnings, where a person decides. */
  more: readonly (string | undefined)[];
}

/** In full where a person decides, and where it ends here; a line where it is carried out. */
export async function announce(
  { stack, assessment, report: { file, problem }, previewing, more }: Announced,
  tell: Teller,
): Promise<void> {
  const inFull = previewing || assessment.refusals.length > 0;
  await tell.info(inFull ? announcement(stack, assessment, file) : headline(stack, assessment));
  const warnings = inFull ? [...assessment.warnings, problem, ...more] : [problem];
  for (const warning of warnings) {
    if (warning !== undefined) await tell.warn(warning);
  }
}
