import type { ReviewStackSettings } from "./reviewStackSettings";

/**
 * CODEOWNERS: who must approve changes of the stack files, and of the files that say so. Of several lines that match a
 * file the last one decides.
 */
export function codeOwners({ codeOwners, stacks }: ReviewStackSettings): string {
  const owned = Object.entries(stacks).filter(([, { owners }]) => owners.length > 0);
  const everybody = [...new Set(owned.flatMap(([, { owners }]) => owners))];
  const line = (file: string, owners: readonly string[]) =>
    `${file} ${owners.map((owner) => `@${owner}`).join(" ")}`;
  return [
    "# Written by knowngood's review stack (docs/review-stack.md): change its settings, not this file.",
    ...codeOwners,
    ...owned.map(([stack, { owners }]) => line(`/Pulumi.${stack}.yaml`, owners)),
    ...(owned.length > 0
      ? ["/.github/CODEOWNERS", "/.github/workflows/", "/review/"].map((file) => line(file, everybody))
      : []),
    "",
  ].join("\n");
}
