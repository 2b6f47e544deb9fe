import type { GuardName } from "../settings/guardNames";

/** Why an `up` must not go on. */
export interface Refusal {
  guard: GuardName;
  /** What was found, and what answers it where `answer` does not say. */
  text: string;
  /** What answers this and others at once. */
  answer?: string;
}

export function refusedBy(guard: GuardName, texts: readonly string[]): Refusal[] {
  return texts.map((text) => ({ guard, text }));
}

/** As a person reads them: one answer to several stands once, after the last of them. */
export function refusalTexts(refusals: readonly Refusal[]): string[] {
  return refusals.flatMap(({ answer }, index) => {
    if (answer === undefined) return refusals[index]?.text ?? [];
    if (refusals[index + 1]?.answer === answer) return [];
    const first = refusals.findIndex((other) => other.answer === answer);
    return [...refusals.slice(first, index + 1).map(({ text }) => text), answer].join("\n");
  });
}
