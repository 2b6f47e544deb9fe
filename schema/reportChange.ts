import type { Report } from "./report";

/** What differs between the report that was reviewed and the one of now, a sentence each; none where nothing that counts does. */
export function reportChanges(reviewed: Report, now: Report): string[] {
  return [
    ...targetChanges(reviewed, now),
    ...gapChanges(reviewed, now),
    ...(reviewed.action === now.action ? [] : [`the advice was to ${reviewed.action}, now to ${now.action}`]),
    ...(reviewed.verdict === now.verdict ? [] : [`the verdict was ${reviewed.verdict}, now ${now.verdict}`]),
    ...listChanges("finding", reviewed.findings.map(findingName), now.findings.map(findingName)),
    ...listChanges("loss of the step-down", lossesOf(reviewed), lossesOf(now)),
  ];
}

function targetChanges({ target: before }: Report, { target: after }: Report): string[] {
  if (before.tag !== after.tag)
    return [`the target was ${before.tag ?? "not named"}, now ${after.tag ?? "not named"}`];
  return listChanges("image of the target", before.images, after.images);
}

function gapChanges({ gap: before }: Report, { gap: after }: Report): string[] {
  const known = new Map(before.map(({ name, sha256 }) => [name, sha256]));
  const changed = after.filter(({ name, sha256 }) => known.has(name) && known.get(name) !== sha256);
  return [
    ...listChanges("migration", before.map(nameOf), after.map(nameOf)),
    ...changed.map(({ name }) => `migration with other SQL: ${name}`),
  ];
}

function listChanges(what: string, before: readonly string[], after: readonly string[]): string[] {
  const gone = before.filter((name) => !after.includes(name));
  const added = after.filter((name) => !before.includes(name));
  return [
    ...added.map((name) => `new ${what}: ${name}`),
    ...gone.map((name) => `${what} that is no more: ${name}`),
  ];
}

function nameOf({ name }: { name: string }): string {
  return name;
}

function findingName({ verdict, object, rule }: Report["findings"][number]): string {
  return `${object} (${verdict}, ${rule})`;
}

function lossesOf({ stepDown }: Report): string[] {
  return (stepDown?.losses ?? []).map(({ object }) => object);
}
