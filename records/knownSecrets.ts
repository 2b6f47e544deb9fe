import { passwordsIn } from "../migrations/password";
import type { StackConfiguration } from "../settings/readSettings";

/** The texts of all secrets of a stack, and the passwords in those that are addresses: what no record may show. */
export function knownSecrets({ values, secretKeys }: StackConfiguration): string[] {
  return secretKeys
    .flatMap((key) => textsIn(values[key] ?? ""))
    .flatMap((text) => [text, ...passwordsIn(text)])
    .filter((text) => text !== "");
}

/** A structured setting of another package can hold secrets within. */
function textsIn(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [text];
  }
  return typeof value === "object" && value !== null ? [text, ...leavesOf(value)] : [text];
}

function leavesOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}
