import { RegistryError } from "../../catalog/registry";

/** The error of a question that must not be answered. */
export async function errorOf(question: Promise<unknown>): Promise<RegistryError> {
  const outcome: unknown = await question.catch((error: unknown) => error);
  if (!(outcome instanceof RegistryError)) throw new Error(`no RegistryError: ${String(outcome)}`);
  return outcome;
}
