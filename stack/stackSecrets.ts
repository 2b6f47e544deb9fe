import { redactor, type Redact } from "../gates/redaction";
import { knownSecrets } from "../records/knownSecrets";
import { askPulumi, type AskedFrom } from "./askPulumi";
import { BrokenEnvironment } from "./endings";
import { environmentSecrets } from "./environmentSecrets";

/** A stack's secrets. */
export interface StackSecrets {
  byName: Readonly<Record<string, string>>;
  /** Their texts, and the passwords in them: what must not be shown. */
  hidden: readonly string[];
}

/** The words for Pulumi that tell a stack's settings with their secrets. */
export function secretsQuestion(stack: string): string[] {
  return ["config", "--json", "--show-secrets", "--stack", stack];
}

/**
 * The secrets in what Pulumi answers.
 * @throws SyntaxError for what is no JSON
 */
export function secretsIn(text: string, project: string): StackSecrets {
  const config = JSON.parse(text) as Record<string, { value?: string; secret: boolean }>;
  const values = Object.fromEntries(Object.entries(config).map(([key, { value = "" }]) => [key, value]));
  const secretKeys = Object.keys(config).filter((key) => config[key]?.secret);
  return {
    byName: Object.fromEntries(
      secretKeys.flatMap((key) =>
        key.startsWith(`${project}:`) ? [[key.slice(project.length + 1), values[key] ?? ""]] : [],
      ),
    ),
    hidden: knownSecrets({ project, stack: "", values, secretKeys }),
  };
}

/**
 * What takes a stack's secrets, and those of this process's environment, out of a text that others read.
 * @throws BrokenEnvironment where the secrets can't be had: then nothing may be shown
 */
export async function redactorOf(stack: string, from: AskedFrom = {}): Promise<Redact> {
  try {
    const text = await askPulumi(secretsQuestion(stack), from);
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
