import type { Assessment, AssessedSchema, ServiceMove } from "./assessment";

/** The assessment as a person reads it: one line of what happens, a line a service, then the schema and what is known good. */
export function announcement(stack: string, assessment: Assessment): string {
  const { services, schema } = assessment;
  const width = Math.max(...services.map(({ service }) => service.length));
  return [
    headline(stack, assessment),
    ...services.map((move) => `  ${move.service.padEnd(width)}  ${moveText(move)}`),
    ...(schema === undefined ? [] : [`  ${schemaText(schema, assessment)}`]),
    `  ${knownGoodText(assessment)}`,
  ].join("\n");
}

/** Whether the target has been good here, and what else has. */
function knownGoodText({ target, knownGood, lastKnownGood: other }: Assessment): string {
  const own = knownGood.find(({ tag }) => tag === target.tag);
  const besides = other === undefined ? "" : `${other.tag}, ${other.passedAt}`;
  if (own !== undefined) {
    const text = `${own.tag} is known good, its gates passed ${own.passedAt}`;
    return besides === "" ? text : `${text}; besides it ${besides}`;
  }
  if (besides === "") return "no release of this stack is known good yet";
  return `${target.tag} has not been good here yet; last known-good: ${besides}`;
}

/** What happens, in a line. */
export function headline(stack: string, { direction, running, target }: Assessment): string {
  const now = running.tag ?? (running.services.length === 0 ? undefined : mixedText(running.services));
  switch (direction) {
    case "same":
      return `${stack}: ${target.tag} stays`;
    case "forward":
      return now === undefined
        ? `${stack}: first release, ${target.tag}`
        : `${stack}: forward from ${now} to ${target.tag}`;
    case "rollback":
      return `${stack}: rollback from ${now ?? "nothing"} to ${target.tag}`;
  }
}

function mixedText(services: Assessment["running"]["services"]): string {
  return `a mix (${services.map(({ service, tag }) => `${service} ${tag}`).join(", ")})`;
}

function moveText({ from, to }: ServiceMove): string {
  if (from === undefined) return `new, ${shortDigest(to.digest)}`;
  if (from.digest === to.digest) return `stays, ${shortDigest(to.digest)}`;
  return `${from.tag} ${shortDigest(from.digest)} -> ${to.tag} ${shortDigest(to.digest)}`;
}

function schemaText({ pending, gap, head }: AssessedSchema, { target }: Assessment): string {
  const runs = pending.map(({ version, name }) => `${version}_${name}`).join(", ");
  if (gap.length > 0) {
    const also = pending.length > 0 ? `; to be applied: ${runs}` : "";
    return (
      `schema: ahead of ${target.tag} by ${gap.length} (${gap.join(", ")}) and left as it is${also}; ` +
      `whether ${target.tag} can run on it is not judged`
    );
  }
  if (pending.length > 0) return `schema: ${pending.length} to be applied (${runs})`;
  return `schema: at ${head ?? "the start"}, as ${target.tag} ships it`;
}

function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}
