import type { BreakableGate } from "../settings/guardNames";
import { isGate, type BrokenGlass } from "./breakGlass";

const gateWords: Readonly<Record<BreakableGate, string>> = {
  commands: "the command gates",
  errorRate: "the gate of the",
  hooks: "the hooks",
};

/**
 * What stands above everything else where an `up` goes on without guards.
 * @param properRun the command that makes it good
 */
export function breakGlassBanner(
  { reason, until, broken, idle }: BrokenGlass,
  properRun: string | undefined,
): string[] {
  const unused =
    idle.length === 0 ? [] : [`  not needed: ${idle.join(", ")}; nothing is refused or asked there`];
  if (broken.length === 0) return [`break-glass until ${until} has nothing to do: ${reason}`, ...unused];
  return [
    ...[
      `BREAK-GLASS until ${until}: ${reason}`,
      ...broken.flatMap(({ guard, found }) =>
        isGate(guard)
          ? [`  without ${gateWords[guard]} ${found.join(", ")}`]
          : found.map((text) => `  without ${guard}: ${text}`),
      ),
    ].map(loud),
    ...unused,
    "  the health gate is asked as always",
    ...(properRun === undefined ? [] : [`  owed afterwards is the proper run: ${properRun}`]),
  ];
}

/** The same in a line, where it is carried out; undefined where nothing is broken. */
export function breakGlassLine({ reason, broken }: BrokenGlass): string | undefined {
  if (broken.length === 0) return undefined;
  return loud(`BREAK-GLASS without ${broken.map(({ guard }) => guard).join(", ")}: ${reason}`);
}

/** By the tags that Pulumi's CLI turns into colours where it shows any, and takes out elsewhere. */
function loud(text: string): string {
  return `<{%fg 1%}>${text}<{%reset%}>`;
}
