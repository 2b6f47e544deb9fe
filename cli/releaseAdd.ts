import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { decideAdd, type Candidate } from "../catalog/add";
import { buildReference } from "../catalog/build";
import { migrationOrder, migrationSql, newMigrations, readCatalog, type Catalog } from "../catalog/catalog";
import type { CiVerdict } from "../catalog/ciVerdict";
import { migrationLabel, type Release } from "../catalog/release";
import { writeRelease } from "../catalog/writeRelease";
import type { FolderContents, ToolName } from "../migrations/tools/tool";
import { toolOfFolder } from "../migrations/tools/toolOfFolder";
import { tools } from "../migrations/tools/tools";
import { InvalidInput, type Violation } from "../settings/violations";
import { BrokenEnvironment } from "../stack/endings";
import { git } from "../stack/git";
import { digestsOfArtifacts, parseArtifactOptions, type FoundBuilds } from "./artifacts";
import { digestsOf, parseImageOptions } from "./images";
import { print, printJson, tell } from "./output";
import { commitsOf, parseRevisionOptions } from "./revisions";
import type { CatalogOptions } from "./releaseCommands";

export interface ReleaseAddOptions extends CatalogOptions {
  image?: string[];
  artifact?: string[];
  revision?: string[];
  sameAs?: string;
  migrations?: string;
  tool?: ToolName;
  capture?: string;
  captureDown?: string;
  commit?: string;
  flag?: string[];
  ciVerdict?: CiVerdict;
  ciUrl?: string;
  dataReadableFrom?: string;
}

/**
 * `release add`: asks the registries and servers, decides, writes.
 * @throws InvalidInput with all that is refused, BrokenEnvironment where a registry or server doesn't tell,
 *   ReleaseNotWritten where the catalog can't be written
 */
export async function releaseAdd(tag: string, options: ReleaseAddOptions): Promise<void> {
  const { releases: folder } = options;
  const catalog: Catalog = existsSync(folder) ? readCatalog(folder) : { folder, releases: [] };
  const images = parseImageOptions(options.image ?? []);
  const artifacts = parseArtifactOptions(options.artifact ?? []);
  const revisions = parseRevisionOptions(options.revision ?? []);
  const shipped = await readMigrations(catalog, options);
  refuse(tag, [
    ...[images, artifacts, revisions].flatMap(({ violations }) => violations),
    ...namedTwice({ ...images, ...artifacts, ...revisions }),
    ...(shipped?.violations ?? []),
    ...ciViolations(options),
    ...captureViolations(options),
  ]);

  const [head, ...found] = await Promise.all([
    applicationsHead(options),
    digestsOf(images.images),
    digestsOfArtifacts(artifacts.artifacts),
    commitsOf(revisions.revisions),
  ]);
  wholly(found);
  refuse(
    tag,
    found.flatMap(({ violations }) => violations),
  );
  const warnings = [...found.flatMap(({ warnings }) => warnings), ...(shipped?.told ?? [])];
  const candidate: Candidate = {
    tag,
    builds: Object.fromEntries(found.flatMap(({ builds }) => builds)),
    sameAs: options.sameAs,
    migrations: shipped?.migrations,
    tool: shipped?.tool,
    commit: options.commit,
    headCommit: head.commit,
    flags: options.flag,
    ci: options.ciVerdict && { verdict: options.ciVerdict, url: options.ciUrl },
    dataReadableFrom: options.dataReadableFrom,
  };
  const decision = decideAdd(catalog, candidate, new Date());
  switch (decision.outcome) {
    case "refused":
      return refuse(tag, decision.violations);
    case "unchanged":
      return tellResult(
        options,
        { outcome: "unchanged", release: decision.release, files: [], warnings },
        catalog,
      );
    case "add": {
      const files = writeRelease(folder, decision.release, decision.sql);
      const all = [...warnings, ...decision.warnings, ...(head.warnings ?? [])];
      return tellResult(
        options,
        { outcome: "added", release: decision.release, files, warnings: all },
        catalog,
        head.commit,
      );
    }
  }
}

/** The migrations of the named folder, by the named tool or the one whose files it holds. */
async function readMigrations(
  catalog: Catalog,
  { migrations: folder, tool, capture, captureDown }: ReleaseAddOptions,
): Promise<(FolderContents & { tool: ToolName }) | undefined> {
  if (folder === undefined) return undefined;
  const name = tool ?? toolOfFolder(folder) ?? "dbmate";
  const held = new Map(migrationOrder(catalog).map((migration) => [migration.version, migration]));
  const known = (version: string) => {
    const migration = held.get(version);
    return migration && migrationSql(catalog, migration);
  };
  return { ...(await tools[name].readFolder(folder, { capture, captureDown, known })), tool: name };
}

interface Result {
  outcome: "added" | "unchanged";
  release: Release;
  /** What was written, the release's own file last. */
  files: string[];
  warnings: string[];
}

/** @param taken the commit that was taken, since none was named */
function tellResult(
  { json, migrations }: ReleaseAddOptions,
  result: Result,
  catalog: Catalog,
  taken?: string,
): void {
  for (const warning of result.warnings) tell("warning", warning);
  if (json) return printJson(result);
  const { release } = result;
  if (result.outcome === "unchanged") {
    return print(`${release.tag} is in ${catalog.folder} already, with the same content; nothing changed`);
  }
  const added =
    newMigrations({ ...catalog, releases: [...catalog.releases, release] }).get(release.tag) ?? [];
  const names = added.map(migrationLabel).join(", ");
  const ofTool = release.tool === undefined ? "" : ` of ${release.tool}`;
  print(`added ${release.tag}: ${result.files.at(-1)}`);
  for (const [name, build] of Object.entries(release.services)) print(`  ${name}: ${buildReference(build)}`);
  print(`  migrations: ${release.migrations.length}${ofTool}${names && `, new: ${names}`}`);
  if (taken !== undefined)
    print(`  commit: ${taken}, the HEAD of ${migrations ?? "this folder"} (another: --commit SHA)`);
  print(`Commit it: git add ${catalog.folder} && git commit -m "Release ${release.tag}"`);
}

function refuse(tag: string, violations: readonly Violation[]): void {
  if (violations.length > 0)
    throw new InvalidInput(`Release ${tag} can't be added; nothing was written`, violations);
}

/** A service runs one build. */
function namedTwice(asked: {
  images: readonly { service: string }[];
  artifacts: readonly { service: string }[];
  revisions: readonly { service: string }[];
}): Violation[] {
  const named = [
    ...asked.images.map(({ service }) => ({ service, option: "--image" })),
    ...asked.artifacts.map(({ service }) => ({ service, option: "--artifact" })),
    ...asked.revisions.map(({ service }) => ({ service, option: "--revision" })),
  ];
  return named.flatMap(({ service, option }, index) => {
    const before = named.slice(0, index).find((other) => other.service === service);
    if (before === undefined || (before.option === "--image" && option === "--image")) return [];
    const found = `a second build of ${service}, which ${before.option} names too`;
    return [{ where: `${option} ${service}`, found, expected: "name each service once" }];
  });
}

/** @throws BrokenEnvironment where a registry or server can't tell what was named */
function wholly(found: readonly FoundBuilds[]): void {
  const broken = found.flatMap(({ broken }) => broken);
  if (broken.length === 0) return;
  throw new BrokenEnvironment(
    `What these builds are can't be told; nothing was written.\n${broken.map((line) => `  ${line}`).join("\n")}\n` +
      "  When it answers, run the same command again; a build whose digest you know can be named by it.",
  );
}

function captureViolations({ migrations, tool, capture, captureDown }: ReleaseAddOptions): Violation[] {
  if (migrations !== undefined) return [];
  const given = { "--tool": tool, "--capture": capture, "--capture-down": captureDown };
  return Object.entries(given).flatMap(([where, value]) =>
    value === undefined
      ? []
      : [
          {
            where,
            found: "no folder with it",
            expected: "name the folder of the migrations: --migrations FOLDER",
          },
        ],
  );
}

function ciViolations({ ciUrl, ciVerdict }: ReleaseAddOptions): Violation[] {
  if (ciUrl === undefined || ciVerdict !== undefined) return [];
  return [
    {
      where: "--ci-url",
      found: "no verdict with it",
      expected: "add --ci-verdict passed, failed or unknown",
    },
  ];
}

/**
 * The commit of the application where none is named: the HEAD of its working copy, in which its migrations lie. Without
 * migrations it is this folder's, but not where that is the catalog's own repository, whose commits say nothing of the
 * application.
 */
async function applicationsHead({
  commit: named,
  migrations,
  releases,
}: ReleaseAddOptions): Promise<{ commit?: string | undefined; warnings?: string[] }> {
  if (named !== undefined) return {};
  const commit = await gitSays(migrations ?? ".", "--verify", "HEAD");
  if (migrations !== undefined || commit === undefined) return { commit };
  const [here, catalogs] = await Promise.all(
    [".", existingFolder(releases)].map((folder) => gitSays(folder, "--show-toplevel")),
  );
  if (here !== catalogs) return { commit };
  const warning =
    "no commit is recorded: the HEAD of this folder is that of the catalog's repository; name the application's: --commit SHA";
  return { warnings: [warning] };
}

/** A folder, or the nearest above it that exists. */
function existingFolder(folder: string): string {
  const parent = dirname(folder);
  return existsSync(folder) || parent === folder ? folder : existingFolder(parent);
}

/** What `git rev-parse` says in a folder. Undefined outside a git repository, or without git. */
async function gitSays(folder: string, ...asked: string[]): Promise<string | undefined> {
  try {
    return (await git(["rev-parse", ...asked], { folder })).trim() || undefined;
  } catch {
    return undefined;
  }
}
