import { redactor, type Redact } from "../gates/redaction";
import { knownSecrets } from "../records/knownSecrets";
import { askPulumi, type AskedFrom } from "./askPulumi";
import { BrokenEnvironment } from "./endings";
import { environmentSecrets } from "./environmentSecrets";

/**
 * What takes a stack's secrets, and those of this process's environment, out of a text that others read.
 * @throws BrokenEnvironment where the secrets can't be had: then nothing may be shown
 */
export async function redactorOf(stack: string, from: AskedFrom = {}): Promise<Redact> {
  try {
    const words = ["config", "--json", "--show-secrets", "--stack", stack];
    const text = await askPulumi(words, from);
    const entries = Object.entries(JSON.parse(text) as Record<string, { value?: string; secret: boolean }>);
    const secrets = knownSecrets({
      ...{ project: "", stack },
      values: Object.fromEntries(entries.map(([key, { value = "" }]) => [key, value])),
      secretKeys: entries.flatMap(([key, { secret }]) => (secret ? [key] : [])),
    });
    return redactor([...secrets, ...environmentSecrets(process.env)]);
  } catch (error) {
    throw new BrokenEnvironment(
      `The stack's secrets can't be read, so nothing is shown to others: ${(error as Error).message}`,
    );
  }
}
