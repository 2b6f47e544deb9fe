import { quoted } from "../components/ownCommand";
import { printable } from "../schema/reportLines";
import type { CardFlag, CardSchema, CardScript } from "./script";

type Told = Pick<CardScript, "stack" | "release" | "running" | "passedAt" | "schema" | "flags">;

/** What every card says before its commands, whatever services run on. */
export function meaningLines({ stack, release, running, passedAt, schema, flags }: Told): string[] {
  const same = release.tag === running;
  return [
    `knowngood: the emergency card of ${stack}. It brings back ${release.tag}, without Pulumi and without Node.js.`,
    ...(schema?.instead === undefined
      ? []
      : [
          `STOP: on the present schema ${release.tag} is ${schema.verdict}, so going back to it breaks what runs now. Instead:`,
          schema.instead,
        ]),
    same
      ? `${release.tag} ran when this was written: it is for services that are lost, and for a newer release that failed.`
      : `${running} ran when this was written; ${release.tag} is the last known-good one, its gates passed ${passedAt ?? "before"}.`,
    ...(schema === undefined ? [] : [schemaLine(schema, release.tag)]),
    ...(schema === undefined || !same
      ? []
      : [
          `A newer release that was tried since may have moved the schema: look before you run this, and whether ${release.tag} can run on it.`,
        ]),
    ...(flags.length === 0 ? [] : [flagsLine(flags)]),
  ];
}

function flagsLine(flags: readonly CardFlag[]): string {
  const named = flags.map(({ flag, releases }) => `${flag} (${releases.join(", ")})`);
  return `Flags to turn off first, which only newer releases turn on: ${named.join("; ")}.`;
}

function schemaLine({ head, verdict }: CardSchema, tag: string): string {
  const meaning =
    verdict === "unknown"
      ? "what that means was not judged"
      : `what ${tag} meets in it is ${verdict}, as assessed then, on the schema alone`;
  return `Schema: left as it is, at ${head ?? "the start"} when this was written; ${meaning}.`;
}

/** What has to be said yes to, where the release can't run on the schema. */
export function confirmation({ schema, release }: Pick<CardScript, "schema" | "release">): string[] {
  if (schema?.instead === undefined) return [];
  const words = `On the present schema ${release.tag} is ${schema.verdict}. ${schema.instead}`;
  return [`confirmed ${quoted(printable(words))}`, ""];
}

/** The head of a card, as comments. */
export function commented(lines: readonly string[]): string[] {
  return lines.map((line) => `# ${printable(line)}`.trimEnd());
}
