import type { Workspace } from "./workspace";

/** Each container of a test by name: its id and when it was last started. A container left alone keeps both. */
export async function livesOf(workspace: Workspace): Promise<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(await workspace.containers()).map(([name, { Id, State }]) => [
      name,
      `${Id} ${State.StartedAt}`,
    ]),
  );
}
