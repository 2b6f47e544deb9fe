import type { ReleaseRecord } from "../records/releaseRecord";
import type { UpEnd } from "./upEnd";

/**
 * Whether the stack file keeps what the move has written into it: once the `up` has begun to change what runs, the file
 * says where the stack is going; before that it is put back, so that nothing is half done.
 */
export function keepsSettings({ end }: Pick<UpEnd, "end">, record: ReleaseRecord | undefined): boolean {
  switch (end) {
    case "passed":
    case "gateFailed":
      return true;
    case "refused":
    case "locked":
    case "brokenEnvironment":
      return false;
    case "interrupted":
    case "failed":
      return record !== undefined && record.stoppedAt?.step !== "images";
    default:
      return end satisfies never;
  }
}

/** Where an `up` that did not come to its end has stopped, in a sentence. */
export function stoppedText(tag: string, kept: boolean, record: ReleaseRecord | undefined): string {
  const stopped = record?.stoppedAt;
  const at = stopped === undefined ? "" : ` at ${stopped.step} (${stopped.open.join(", ")})`;
  return kept
    ? `It stopped${at}; what was under way has ended in order. The stack file says ${tag}, and services may run either release.`
    : `It stopped${at}; nothing that runs was changed, and the stack file is as it was.`;
}
