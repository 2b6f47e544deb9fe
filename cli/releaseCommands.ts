import { createRequire } from "node:module";
import { Option, type Command } from "commander";
import { ciVerdicts } from "../catalog/ciVerdict";
import { toolNames } from "../migrations/tools/tool";
import type * as addModule from "./releaseAdd";
import type * as listModule from "./releaseList";
import type * as showModule from "./releaseShow";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const examples = `
Examples:
  $ knowngood release list
  $ knowngood release show v1.4.2
  $ knowngood release add v1.4.3 --same-as v1.4.2 --image api=ghcr.io/acme/api:v1.4.3`;

const addExamples = `
Examples:
  $ knowngood release add v1.4.2 --image api=ghcr.io/acme/api:v1.4.2 --migrations db/migrations
  $ knowngood release add v1.4.3 --same-as v1.4.2 --image api=ghcr.io/acme/api:v1.4.3
  $ knowngood release add v1.4.4 --artifact web=https://downloads.example.com/web-v1.4.4.tar.gz
  $ knowngood release add v1.4.5 --revision shop=git@github.com:acme/shop.git@v1.4.5
  $ knowngood release add v1.5.0 --image localhost:5000/shop/api:v1.5.0 \\
      --ci-verdict passed --ci-url https://ci.example.com/runs/17 --flag new-cart
  $ knowngood release add v1.6.0 --same-as v1.5.0 --tool alembic --migrations alembic \\
      --capture "docker compose run --rm api alembic upgrade {from}:{to} --sql" \\
      --capture-down "docker compose run --rm api alembic downgrade {to}:{from} --sql"

An image is asked for in its registry, with the credentials of Docker's config, and recorded by its digest.
An artifact is read whole, once, and recorded by the SHA-256 of its bytes; a git tag by its commit.
Commit what was written: what a tag means is then reviewed, and outlives the registry's tags.`;

const listExamples = `
Examples:
  $ knowngood release list
  $ knowngood release list --json | jq -r '.[-1].tag'`;

const showExamples = `
Examples:
  $ knowngood release show v1.4.2
  $ knowngood release show v1.4.2 --json | jq .services`;

/** Declares `release add|list|show`. What each does is loaded when it is run. */
export function addReleaseCommands(program: Command): void {
  const release = program
    .command("release")
    .description("The catalog: what each release's tag means.")
    .addHelpText("after", examples);

  withCatalog(release.command("add"))
    .description("Add a release to the catalog: its builds by digest, its migrations with their SQL.")
    .argument("<tag>", "the release's tag")
    .option(
      "--image <image>",
      "SERVICE=REPOSITORY:TAG or SERVICE=REPOSITORY@sha256:…, repeatable; without SERVICE= the repository's last part names it",
      collect,
    )
    .option(
      "--artifact <artifact>",
      "SERVICE=FILE_OR_URL of a binary or an archive, repeatable; its SHA-256 is computed, or checked where @sha256:… stands behind it",
      collect,
    )
    .option(
      "--revision <revision>",
      "SERVICE=REPOSITORY@COMMIT of a git repository, repeatable; of a tag or a branch the commit is recorded",
      collect,
    )
    .option(
      "--same-as <tag>",
      "a release whose builds stand for services not named, and whose migrations stand for a folder not named",
    )
    .option(
      "--migrations <folder>",
      "the folder of all migrations that the release ships, as their tool has it",
    )
    .addOption(
      new Option(
        "--tool <tool>",
        "the migration tool (default: the one whose files the folder holds)",
      ).choices(toolNames),
    )
    .option(
      "--capture <command>",
      "the command that prints the SQL of a migration in Python or PHP; {from}, {to}, {version}, {app}, {name}, {folder} and {direction} stand for the migration",
    )
    .option(
      "--capture-down <command>",
      "the same for the way down (default: --capture, where it has {direction}; else the tool's own)",
    )
    .option(
      "--commit <sha>",
      "the commit it was built from (default: HEAD of the git repository of --migrations, else of this folder where the catalog is not in it)",
    )
    .option("--flag <names...>", "feature flags that the release turns on")
    .addOption(new Option("--ci-verdict <verdict>", "what CI said of it").choices(ciVerdicts))
    .option("--ci-url <url>", "where CI said it")
    .option("--data-readable-from <tag>", "the oldest release that can read the data this one writes")
    .addHelpText("after", addExamples)
    .action((tag: string, options: addModule.ReleaseAddOptions) =>
      (load("./releaseAdd") as typeof addModule).releaseAdd(tag, options),
    );

  withCatalog(release.command("list"))
    .description("List the releases, oldest first.")
    .addHelpText("after", listExamples)
    .action((options: CatalogOptions) => (load("./releaseList") as typeof listModule).releaseList(options));

  withCatalog(release.command("show"))
    .description("Show one release.")
    .argument("<tag>", "the release's tag")
    .addHelpText("after", showExamples)
    .action((tag: string, options: CatalogOptions) =>
      (load("./releaseShow") as typeof showModule).releaseShow(tag, options),
    );
}

/** What all commands on the catalog take. */
export interface CatalogOptions {
  /** The catalog's folder. */
  releases: string;
  json?: true;
}

function withCatalog(command: Command): Command {
  return command
    .option("--releases <folder>", "the catalog's folder", "releases")
    .option("--json", "print JSON");
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
