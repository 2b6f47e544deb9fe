import * as review from "../review/propose";
import { InvalidInput, show } from "../settings/violations";
import { isNoReason } from "./noReason";
import { print, printJson, tell } from "./output";
import { whileWaiting } from "./progress";
import { projectFolder } from "../stack/project";
import { stackSettings } from "../stack/stackSettings";

export interface ProposeOptions {
  stack?: string;
  reason: string;
  json?: boolean;
}

/** `propose`: a pull request that changes the release. */
export async function propose(
  tag: string | undefined,
  { stack: asked, reason, json }: ProposeOptions,
): Promise<void> {
  if (isNoReason(reason))
    throw new InvalidInput("There is nothing to review by", [
      {
        where: "--reason",
        found: reason.trim() === "" ? "nothing" : show(reason),
        expected: "say why the release is changed",
      },
    ]);
  process.chdir(projectFolder() ?? ".");
  const named = await stackSettings(asked);
  const proposed = await whileWaiting("proposing", review.propose(named, tag, reason));
  const { pull, branch, commit, updated, plan, warnings } = proposed;
  const { number, url } = pull;
  const { fingerprint } = plan;
  for (const warning of warnings) tell("warning", `${warning}.`);
  if (plan.refusals.length > 0)
    tell(
      "warning",
      `As it is, ${proposed.tag} is refused (${[...new Set(plan.refusals.map(({ guard }) => guard))].join(", ")}): ` +
        "its check will fail until that is answered. The pull request says how.",
    );
  if (json === true)
    printJson({
      ...{ number, url, branch, commit, tag: proposed.tag, fingerprint, updated },
      refusals: plan.refusals,
    });
  else print(`${updated ? "Updated" : "Opened"} ${url}`);
}
