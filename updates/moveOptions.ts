import { quoted } from "../components/ownCommand";
import type { Breakable } from "../settings/guardNames";
import type { GlassSetting } from "../settings/breakGlassCommand";
import type { SettingEdits } from "./stackFile";

/** `rollback` goes to an older release, `deploy` to a newer one. */
export type MoveCommand = "rollback" | "deploy";

/** What a person says of one move, beside the release: also how it is to be carried out, so that it can be typed again. */
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
  /** The stack that the release has to be known good on first. */
  after?: string;
  commit?: true;
  json?: true;
  takeLock?: true;
  yes?: true;
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
  const { stepDown, acknowledge, retry } = options;
  const reason = options.reason ?? retry;
  return {
    imageTag: tag,
    stepDown,
    ...(acknowledge !== undefined && { acknowledge }),
    ...(retry !== undefined && { retry: { tag, reason: retry } }),
    ...(glass !== undefined && { breakGlass: glass }),
    ...((reason !== undefined || staleReason) && { "record.reason": reason }),
  };
}

/** A move as it was typed. */
export interface TypedMove {
  /** Undefined for the selected one. */
  stack?: string | readonly string[] | undefined;
  /** Undefined for the last known-good release. */
  tag: string | undefined;
  options?: MoveOptions;
  all?: boolean;
  /** How many stacks at a time. @default not said */
  parallel?: number;
}

/**
 * The command as a person types it into a shell, with every option that the command has. One of the other direction loses
 * what only the first one takes.
 */
export function commandLine(
  command: MoveCommand,
  { stack = [], tag, options = {}, all = false, parallel }: TypedMove,
): string {
  const { reason, stepDown, acknowledge, retry, breakGlass, without = [], after } = options;
  const forward = command === "deploy";
  const saying = (option: string, value: string | undefined) =>
    value === undefined ? [] : [option, quoted(value)];
  const flag = (option: string, said = false) => (said ? [option] : []);
  return [
    `npx knowngood ${command}`,
    ...(tag === undefined ? [] : [quoted(tag)]),
    ...[stack].flat().flatMap((one) => saying("--stack", one)),
    ...flag("--all", all),
    ...saying("--parallel", parallel === undefined ? undefined : String(parallel)),
    ...(forward ? saying("--after", after) : saying("--step-down", stepDown)),
    ...saying("--acknowledge", acknowledge),
    ...(forward ? saying("--retry", retry) : []),
    ...saying("--break-glass", breakGlass),
    ...saying("--without", without.length === 0 ? undefined : without.join(",")),
    ...saying("--reason", reason),
    ...flag("--commit", options.commit),
    ...flag("--json", options.json),
    ...flag("--take-lock", options.takeLock),
    ...flag("--yes", options.yes),
  ].join(" ");
}
