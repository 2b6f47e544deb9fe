import { steps } from "../records/releaseRecord";
import type { UpEnded } from "./up";

/** What of an `up` says how far it has come. */
export type Come = Pick<UpEnded, "end" | "reached" | "record" | "cut">;

/** Whether a part changes what runs, by its name; images that are pulled change nothing yet. */
export function changesWhatRuns(step: UpEnded["reached"]): boolean {
  return step !== undefined && steps.indexOf(step) > steps.indexOf("images");
}

/**
 * Whether the stack file keeps what the move says: once the `up` has begun to change what runs, the file says where the
 * stack is going; before that it stays as it was, so that nothing is half done. What the engine began decides, and a
 * record that says more; that there is none says nothing, as nobody may have been able to write it.
 */
export function keepsSettings({ end, reached, record }: Come): boolean {
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
      return changesWhatRuns(reached) || (record !== undefined && record.stoppedAt?.step !== "images");
    default:
      return end satisfies never;
  }
}

/**
 * Where an `up` that did not come to its end has stopped, in a few sentences.
 * @param told the stack as `pulumi --stack` takes it; `fileSays` is half a sentence of what its file says now; `unlock` is what
 * takes a killed update's lock away, by default the command that asks for it
 */
export function stoppedText(
  ended: Come,
  told: { tag: string; stack: string; fileSays: string; unlock?: string },
): string {
  const { tag, stack, fileSays, unlock = "the same command asks to take it away" } = told;
  const stopped = ended.record?.stoppedAt;
  const where =
    stopped !== undefined
      ? ` at ${stopped.step} (${stopped.open.join(", ")})`
      : changesWhatRuns(ended.reached)
        ? ` at ${ended.reached}`
        : "";
  const lock = ended.cut === "killed" ? ` A killed update leaves its lock: ${unlock}.` : "";
  if (!keepsSettings(ended))
    return `It stopped${where}; nothing that runs was changed, and ${fileSays}.${lock}`;
  const how =
    ended.cut === undefined
      ? ended.record === undefined
        ? "; no record of it could be kept, so nobody knows how far it came"
        : "; what was under way has ended in order"
      : ", and what was under way was cut off";
  // A container is taken away before the next one is made.
  const mayBeDown = (stopped?.step ?? ended.reached) === "services";
  const either = `services may run either release${mayBeDown ? `, or be down until ${tag} is tried again` : ""}`;
  const runs = ended.cut === undefined ? either : `services may be down until ${tag} is tried again`;
  const look = ended.record === undefined ? ` To look: npx knowngood status --stack ${stack}.` : "";
  const says = `${fileSays.charAt(0).toUpperCase()}${fileSays.slice(1)}`;
  return `It stopped${where}${how}. ${says}, and ${runs}.${look}${lock}`;
}
