import type { WayBack } from "../updates/diagnosis";
import { commandLine } from "../updates/moveOptions";
import { previewPlan, type PreviewRequest } from "../updates/preview";

/**
 * What going back would mean now, once gates have failed. Where it can't be assessed, the command is all there is to say.
 * @param from the release whose gates failed
 * @param back the last known-good one; undefined where there is none
 */
export async function lookBack(
  from: string,
  back: string | undefined,
  request: Pick<PreviewRequest, "stack" | "project" | "env" | "signal" | "atOnce">,
): Promise<WayBack | undefined> {
  if (back === undefined || back === from) return undefined;
  const { stack } = request;
  const looked = await previewPlan({ ...request, settings: plainMove(back) }).catch(() => undefined);
  const plan = looked?.plan;
  const command = commandLine(plan?.direction === "forward" ? "deploy" : "rollback", { stack, tag: back });
  return { tag: back, plan, command };
}

/** Nothing that a person has said for another move counts for the way back. */
export function plainMove(tag: string) {
  return { imageTag: tag, stepDown: undefined, acknowledge: undefined, breakGlass: undefined };
}
