import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { FlagRequest } from "../gates/flagRequest";
import type { FlagSettings } from "../settings/flagSettings";
import { FlagOff } from "./flagOff";
import { mapValues } from "./mapValues";
import type { ReleaseArgs } from "./release";

/**
 * The flags that only newer releases turn on, turned off side by side; none where no setting says how.
 * @param runAfter every image: an `up` that can't go on leaves the flags as they are
 */
export function flagsOff(
  name: string,
  parent: pulumi.Resource,
  { settings, assessment, stack, secret }: ReleaseArgs,
  runAfter: Promise<pulumi.Resource[]>,
): FlagOff[] {
  const way = settings.flags;
  if (way === undefined) return [];
  const { direction, running, target } = assessment;
  return (assessment.flags?.off ?? []).map(({ flag, run, due }) => {
    const off = new FlagOff(
      `${name}-flag-${resourceName(flag)}`,
      {
        flag,
        ...wayOff(way, secret),
        strict: way.strict,
        move: { direction, stack, from: running.tag ?? "", to: target.tag },
        run,
        due,
        runAfter,
      },
      { parent },
    );
    if (due) warnWhereNotOff(off);
    return off;
  });
}

function warnWhereNotOff(off: FlagOff): void {
  off.report.apply(({ outcome, flag, why }) => {
    if (outcome === "off" || pulumi.runtime.isDryRun()) return;
    void pulumi.log.warn(
      `The flag ${flag} was NOT turned off: ${why}. Turn it off by hand, or run \`up\` once more: it tries again.`,
      off,
    );
  });
}

function wayOff(
  { off: { http, command } }: FlagSettings,
  secret: ReleaseArgs["secret"],
): {
  off: FlagRequest["off"];
  within: number;
  secrets: Record<string, pulumi.Output<string>>;
} {
  if (http !== undefined) {
    const { secretHeaders, within, ...call } = http;
    return { off: { kind: "http", ...call }, within, secrets: mapValues(secretHeaders, secret) };
  }
  if (command === undefined) throw new Error("flags.off names neither http nor command");
  const { secrets, within, ...run } = command;
  return { off: { kind: "command", ...run }, within, secrets: mapValues(secrets, secret) };
}

/** A flag's name as a part of a resource's: what is replaced in it must not make two of them one. */
function resourceName(flag: string): string {
  const plain = flag.replace(/[^\w.-]/g, "-");
  return plain === flag ? flag : `${plain}-${createHash("sha256").update(flag).digest("hex").slice(0, 8)}`;
}
