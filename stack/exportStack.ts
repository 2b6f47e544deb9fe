import { childEnvironment } from "../settings/childEnvironment";
import { askPulumi, type AskingLimit } from "./askPulumi";

/**
 * The text of `pulumi stack export`: the stack's state, whose secrets stay encrypted, so that no passphrase is needed. It
 * answers in a preview and under an update's lock, too.
 * @param stack as `pulumi --stack` takes it; undefined for the selected one
 * @throws Error that says in a few words why it can't be had
 */
export function exportStack(stack: string | undefined, limit: AskingLimit): Promise<string> {
  const named = stack === undefined ? [] : ["--stack", stack];
  // A program's own environment holds secrets.
  return askPulumi(["stack", "export", ...named], { ...limit, env: childEnvironment() });
}
