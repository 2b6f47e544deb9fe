import type { Breakable } from "./guardNames";

/** A break-glass as the settings have it. */
export interface GlassSetting {
  reason: string;
  guards: readonly Breakable[];
  /** ISO 8601. */
  until: string;
}

/** Hours that a break-glass is offered for: an incident, and no more. */
const offeredHours = 4;

/**
 * The command that goes on without a guard, once and recorded.
 * @param stack as `pulumi --stack` takes it
 * @param present what is good already, and is kept; undefined for none
 * @param now ISO 8601
 */
export function breakGlassCommand(
  stack: string,
  guard: Breakable,
  present: GlassSetting | undefined,
  now: string,
): string {
  const offered = new Date(Date.parse(now) + offeredHours * 3600 * 1000);
  const setting: GlassSetting = {
    reason: present?.reason ?? "WHY",
    guards: [...new Set([...(present?.guards ?? []), guard])],
    until: present?.until ?? `${offered.toISOString().slice(0, "2026-01-01T00:00:00".length)}Z`,
  };
  // The shell ends a text at an apostrophe; JSON can write it without one.
  const text = JSON.stringify(setting).replaceAll("'", "\\u0027");
  return `pulumi config set breakGlass '${text}' --stack ${stack}`;
}
