import * as pulumi from "@pulumi/pulumi";
import type { Place } from "../targets/place";
import { placeOf, secretsOfPlace } from "../targets/placeOf";
import type { ReleaseArgs } from "./release";

/** Where and how services run that are no containers of the stack's own; secret where it holds a secret. */
export function hostedPlace({
  settings,
  secret,
}: Pick<ReleaseArgs, "settings" | "secret">): pulumi.Output<Place> {
  const values = Object.fromEntries(secretsOfPlace(settings).map((name) => [name, secret(name)]));
  return pulumi.all(values).apply((known) => {
    const place = placeOf(settings, (name) => known[name] ?? "");
    if (place === undefined) throw new Error("no target is set");
    return place;
  });
}
