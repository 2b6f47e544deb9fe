import { settingsSchema } from "../settings/settings";
import { InvalidInput, show, type Violation } from "../settings/violations";
import type { MoveFlags } from "./moveFlags";
import { isNoReason } from "./noReason";

const { acknowledge, stepDown } = settingsSchema.shape;

/**
 * Options that become settings are what the settings take, before anything is run.
 * @throws InvalidInput that names the option
 */
export function checkMoveFlags(flags: MoveFlags): void {
  const wrong = (where: string, found: unknown, expected: string): Violation => ({
    where,
    found: show(found),
    expected,
  });
  const fingerprint = "write the fingerprint that the refusal names, 12 hexadecimal digits";
  const reasons = [
    ["--reason", flags.reason],
    ["--retry", flags.retry],
    ["--break-glass", flags.breakGlass],
  ] as const;
  const violations = [
    ...(acknowledge.safeParse(flags.acknowledge).success
      ? []
      : [wrong("--acknowledge", flags.acknowledge, fingerprint)]),
    ...(stepDown.safeParse(flags.stepDown).success
      ? []
      : [wrong("--step-down", flags.stepDown, "write the version of one migration, digits only")]),
    ...reasons.flatMap(([option, text]) => (isNoReason(text) ? [wrong(option, text, "write why")] : [])),
  ];
  if (violations.length > 0) throw new InvalidInput("Nothing was touched", violations);
}
