import type { Breakable } from "../settings/guardNames";
import type { GlassSetting } from "../settings/breakGlassCommand";
import type { SettingEdits } from "./stackFile";

/** `rollback` goes to an older release, `deploy` to a newer one. */
export type MoveCommand = "rollback" | "deploy";

/** What a person says of one move, beside the release. */
export interface MoveOptions {
  /** Why, for the record. */
  reason?: string;
  /** Version of the one migration to take back. */
  stepDown?: string;
  /** Fingerprint of the assessment that is accepted. */
  acknowledge?: string;
  /** Why a release that was bad here, or that CI did not pass, is tried all the same. */
  retry?: string;
  /** Why it goes on without guards. */
  breakGlass?: string;
  /** What it goes on without. @default the guards that refuse */
  without?: readonly Breakable[];
}

/**
 * What the stack file has to say for a move. A step-down that nobody asks for now is taken out: one that was left there
 * could take back a migration that has been applied again since.
 * @param staleReason whether the reason that the file holds was that of an earlier change
 */
export function settingsOf(
  tag: string,
  options: MoveOptions,
  glass: GlassSetting | undefined,
  staleReason: boolean,
): SettingEdits {
  const { reason, stepDown, acknowledge, retry } = options;
  return {
    imageTag: tag,
    stepDown,
    ...(acknowledge !== undefined && { acknowledge }),
    ...(retry !== undefined && { retry: { tag, reason: retry } }),
    ...(glass !== undefined && { breakGlass: glass }),
    ...((reason !== undefined || staleReason) && { "record.reason": reason }),
  };
}

/**
 * The command as a person types it.
 * @param move without a stack the selected one, without a tag the last known-good release
 */
export function commandLine(
  command: MoveCommand,
  { stack, tag, options = {} }: { stack: string | undefined; tag: string | undefined; options?: MoveOptions },
): string {
  const { reason, stepDown, acknowledge, retry, breakGlass, without = [] } = options;
  return [
    `npx knowngood ${command}`,
    ...(tag === undefined ? [] : [tag]),
    ...(stack === undefined ? [] : [`--stack ${stack}`]),
    ...(stepDown === undefined ? [] : [`--step-down ${stepDown}`]),
    ...(acknowledge === undefined ? [] : [`--acknowledge ${acknowledge}`]),
    ...(retry === undefined ? [] : [`--retry ${quoted(retry)}`]),
    ...(breakGlass === undefined ? [] : [`--break-glass ${quoted(breakGlass)}`]),
    ...(without.length === 0 ? [] : [`--without ${without.join(",")}`]),
    ...(reason === undefined ? [] : [`--reason ${quoted(reason)}`]),
  ].join(" ");
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
