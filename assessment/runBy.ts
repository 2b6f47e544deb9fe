import { migrationLabel, type Release } from "../catalog/release";
import { imageOf } from "../catalog/build";
import type { SchemaPlan } from "../schema/schemaPlan";

/** The user's own command that applies migrations in an `up`, and where it is run. */
export interface RunBy {
  words: readonly string[];
  /** Seconds until it is stopped. */
  within: number;
  /** The service in whose image it is run; undefined for this machine. */
  service?: string;
  /** Whether it is run on the services' host. @default false */
  onHost?: boolean;
}

/** Who applies what is pending, for the preview. */
export function runByText({ words, within, service, onHost }: RunBy): string {
  const here = onHost === true ? "on the services' host" : "in the project's folder";
  const where = service === undefined ? here : `in a container of ${service}'s image`;
  return `by \`${words.join(" ")}\` ${where}, within ${within} s`;
}

/** Why a runner can't apply what is pending: the target has no image that it could be run in. */
export function noImageToRunIn(
  target: Pick<Release, "tag" | "services">,
  pending: SchemaPlan["pending"],
  { service }: RunBy,
): string[] {
  if (service === undefined || pending.length === 0) return [];
  if (imageOf(target.services[service]) !== undefined) return [];
  return [
    `Release ${target.tag} has no image of ${service}, in which database.runner would apply ${pending.map(migrationLabel).join(", ")}. ` +
      "Name another service: pulumi config set --path database.runner.service SERVICE",
  ];
}
