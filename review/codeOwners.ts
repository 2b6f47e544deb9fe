import type { ReviewStackSettings } from "./reviewStackSettings";

/** What says who approves, and what a release is: no line of the user's own gives it to others. */
const decided = ["/.github/", "/review/", "/releases/"];

/**
 * CODEOWNERS: who must approve changes. Where stacks have owners, theirs is every file, since a deployment runs the whole
 * program. Of several lines that match a file the last one decides.
 */
export function codeOwners({ codeOwners, stacks }: ReviewStackSettings): string {
  const owned = Object.entries(stacks).filter(([, { owners }]) => owners.length > 0);
  const everybody = [...new Set(owned.flatMap(([, { owners }]) => owners))];
  const line = (file: string, owners: readonly string[]) =>
    `${file} ${owners.map((owner) => `@${owner}`).join(" ")}`;
  return [
    "# Written by knowngood's review stack (docs/review-stack.md): change its settings, not this file.",
    ...(owned.length > 0 ? [line("*", everybody)] : []),
    ...codeOwners,
    ...owned.map(([stack, { owners }]) => line(`/Pulumi.${stack}.yaml`, owners)),
    ...(owned.length > 0 ? decided.map((files) => line(files, everybody)) : []),
    "",
  ].join("\n");
}
