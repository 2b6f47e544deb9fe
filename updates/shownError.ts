import { redactor } from "../gates/redaction";
import { maskPasswords } from "../migrations/password";
import type { AskedFrom } from "../stack/askPulumi";
import { environmentSecrets } from "../stack/environmentSecrets";
import { redactorOf } from "../stack/stackSecrets";

/**
 * What Pulumi said was wrong, as a person may see it: Pulumi itself takes out the exact values of secrets alone, and shows
 * one that was encoded for an address.
 * @param stack whose secrets they are, as `pulumi --stack` takes it
 * @param knows whether the program ran, which knows them. Then nothing is shown where they can't be read; before that none
 * but those of the environment can stand in it
 */
export async function shownError(
  text: string,
  { stack, knows, from }: { stack: string; knows: boolean; from?: AskedFrom },
): Promise<string> {
  if (text.trim() === "") return text;
  try {
    return maskPasswords((await redactorOf(stack, from))(text));
  } catch (error) {
    if (!knows) return maskPasswords(redactor(environmentSecrets(from?.env ?? process.env))(text));
    return `What was said can't be shown. ${(error as Error).message}`;
  }
}
