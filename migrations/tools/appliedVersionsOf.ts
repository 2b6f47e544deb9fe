import type { Migration } from "../../catalog/release";
import type { AppliedState } from "./tool";
import { tools } from "./tools";

/**
 * The versions that are in the schema, oldest first. Of a tool that keeps only the head, everything known up to it.
 * A head that nobody knows was put there by something newer than all that is known, so all of that counts as applied.
 * Of Django, apps that no release ships (its own, and libraries') are left out: `notJudgedApps` names them.
 * @param known every migration of the catalog, in its order: `migrationOrder`
 */
export function appliedVersionsOf(
  state: AppliedState,
  known: readonly Pick<Migration, "version">[],
): string[] {
  const order = known.map(({ version }) => version);
  const told = state.applied.map(({ version }) => version);
  if (state.headOnly) return upToHeads(state, order, told);
  const kept = state.tool === "django" ? told.filter((version) => apps(order).has(appOf(version))) : told;
  const { baseline } = state;
  const compare = tools[state.tool].compareVersions;
  if (baseline === undefined || compare === undefined) return kept;
  const older = order.filter((version) => compare(version, baseline) <= 0 && !kept.includes(version));
  // The baseline's own row stands for no migration, unless one of that version is known.
  return [...older, ...kept.filter((version) => version !== baseline || order.includes(version))];
}

/** Apps whose migrations the database holds and no release ships: their changes are not judged. */
export function notJudgedApps(state: AppliedState, known: readonly Pick<Migration, "version">[]): string[] {
  if (state.tool !== "django") return [];
  const shipped = apps(known.map(({ version }) => version));
  return [...apps(state.applied.map(({ version }) => version))].filter((app) => !shipped.has(app)).sort();
}

function upToHeads({ tool }: AppliedState, order: readonly string[], heads: readonly string[]): string[] {
  if (heads.length === 0) return [];
  const compare = tools[tool].compareVersions;
  const unknown = heads.filter((version) => !order.includes(version));
  if (compare !== undefined) {
    const below = order.filter((version) => heads.some((head) => compare(version, head) <= 0));
    return [...below, ...unknown];
  }
  if (unknown.length > 0) return [...order, ...unknown];
  return order.slice(0, Math.max(...heads.map((head) => order.indexOf(head))) + 1);
}

function apps(versions: readonly string[]): Set<string> {
  return new Set(versions.map(appOf));
}

function appOf(version: string): string {
  return version.slice(0, version.indexOf("."));
}
