import type { DatabaseIdentity } from "../migrations/sameDatabase";
import { recordedSchema } from "./recordedSchema";
import { serviceType } from "./running";
import type { StackState } from "./stackState";

const databaseType = "knowngood:index:Database";

/** A stack that works on a database, as its state tells. */
export interface SchemaUser {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  /** Undefined where its last run of migrations could not say. */
  database: DatabaseIdentity | undefined;
  /** Releases that its services were brought to. */
  releases: readonly string[];
  /** Versions that these ship, of those that are applied. */
  needs: readonly string[];
}

/**
 * What a stack needs of its database; undefined where it has none, or no service. A service that is stopped counts: a
 * start brings it back.
 */
export function schemaUser(state: StackState): SchemaUser | undefined {
  const stack = stackLabelOf(state);
  const database = recordedSchema(state)?.database;
  const component = state.resources.find(({ type }) => type === databaseType);
  const [applied, ahead] = [component?.outputs?.applied, component?.outputs?.ahead].map(texts);
  const releases = state.resources.flatMap(({ type, outputs }) =>
    type === serviceType ? texts([outputs?.release]) : [],
  );
  if (stack === undefined || component === undefined || releases.length === 0) return undefined;
  const needs = (applied ?? []).filter((version) => ahead?.includes(version) !== true);
  return { stack, database, releases: [...new Set(releases)].sort(), needs };
}

/** Project and stack that a state is of, such as `shop/prod`; undefined for an empty one. */
export function stackLabelOf({ resources }: StackState): string | undefined {
  const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(resources[0]?.urn ?? "") ?? [];
  return stack === undefined || project === undefined ? undefined : `${project}/${stack}`;
}

function texts(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
}
