import { CORE_SCHEMA, dump, load, YAMLException } from "js-yaml";
import { pathText, show, violationsOf, type Violation } from "../settings/violations";
import { toldApart, type Build } from "./build";
import { releaseSchema, type Release } from "./release";

export type ReadRelease = { release: Release } | { violations: Violation[] };

/**
 * A release from the text of its file, or all that is wrong with it.
 * @param file as a person finds it, such as `releases/v2.yaml`; violations begin with it
 */
export function parseRelease(file: string, text: string): ReadRelease {
  let input: unknown;
  try {
    input = load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { violations: [syntaxViolation(file, text, error)] };
  }
  const result = releaseSchema.safeParse(input);
  if (result.success) return { release: result.data };
  const where = (path: readonly PropertyKey[]) => (path.length === 0 ? file : `${file}: ${pathText(path)}`);
  return { violations: violationsOf(result.error, input, where) };
}

/** The text of a release's file: keys in the order of `Release`, one line a service and a migration. */
export function releaseText(release: Release): string {
  const ordered = {
    tag: release.tag,
    commit: release.commit,
    time: release.time,
    order: release.order,
    services: Object.fromEntries(
      Object.entries(release.services).map(([name, build]) => [name, orderedBuild(build)]),
    ),
    tool: release.tool,
    migrations: release.migrations.map(({ version, name, sha256 }) => ({ version, name, sha256 })),
    flags: release.flags,
    ci: release.ci && { verdict: release.ci.verdict, url: release.ci.url },
    dataReadableFrom: release.dataReadableFrom,
  };
  return dump(ordered, { flowLevel: 2, lineWidth: -1 });
}

function orderedBuild(build: Build): Build {
  const told = toldApart(build);
  const { digest } = build;
  switch (told.kind) {
    case "image":
      return { repository: told.image.repository, digest };
    case "artifact":
      return { artifact: told.artifact.artifact, digest };
    case "revision":
      return { source: told.revision.source, digest };
  }
}

function syntaxViolation(file: string, text: string, error: YAMLException): Violation {
  const line = error.mark && text.split("\n")[error.mark.line]?.trim();
  return {
    where: error.mark ? `${file}:${error.mark.line + 1}:${error.mark.column + 1}` : file,
    found: line ? `no YAML that can be read: ${show(line)}` : "no YAML that can be read",
    expected: `correct it: ${error.reason}`,
  };
}
