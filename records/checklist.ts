import type { BegunUpdate, RecordedSchema } from "./releaseRecord";

/** What stays a person's job after a rollback: nothing here can look at it. */
export function checklist({
  schema,
  from,
  breakGlass,
}: {
  schema?: RecordedSchema;
  /** Its tag is undefined where services of several releases ran. */
  from: { tag?: string | undefined };
  breakGlass?: BegunUpdate["breakGlass"];
}): string[] {
  const left = schema?.leftAhead ?? [];
  return [
    "Open the site: pages load, and people get in",
    "Payments go through",
    "The error tracker is quiet",
    "The data written since the bad release is right, or is mended",
    ...(left.length > 0 ? [`Decide what becomes of the migrations left applied: ${left.join(", ")}`] : []),
    ...(breakGlass === undefined
      ? []
      : [
          `Have the proper run pass, without breakGlass: this one went on without ${breakGlass.guards.join(", ")}`,
        ]),
    "Whoever noticed it, or waits for it, has been told",
    `Keep CI's log of ${from.tag ?? "what ran before"}, before CI removes it`,
    "Mend the cause by the ordinary way: a newer release, reviewed and through CI, and not another hurried fix",
  ];
}
