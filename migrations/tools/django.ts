import { basename, dirname, join } from "node:path";
import type { Violation } from "../../settings/violations";
import { capture, type CaptureRecipe, type CodeMigration } from "./capture";
import { cleanSql } from "./capturedOutput";
import { entriesOf, filesBelow, nothingFound, readSource } from "./folderEntries";
import { inDependencyOrder, pairsIn } from "./pythonSource";
import type { FolderContents, FolderOptions, MigrationTool } from "./tool";

/** Django: `<app>/migrations/<number>_<name>.py` that name what they depend on; one row a migration. */
export const django: MigrationTool = {
  name: "django",
  table: "django_migrations",
  ownsTable: (columns) => columns.includes("app") && columns.includes("name") && columns.includes("applied"),
  async readApplied(query, table) {
    const rows = await query<{ app: string; name: string; applied: Date | null }>(
      `SELECT app, name, applied FROM ${table} ORDER BY id`,
    );
    const applied = rows.map(({ app, name, applied: at }) => ({
      version: `${app}.${name}`,
      name,
      appliedAt: at?.toISOString(),
    }));
    return { applied, head: applied.at(-1)?.version, headOnly: false, problems: [] };
  },
  ownsFolder: (entries) =>
    entries.some(({ name }) => name === "manage.py") ||
    entries.some(({ name, text }) => name.endsWith(".py") && /^class Migration\b/m.test(text())),
  readFolder,
  whenAhead: {
    starts: true,
    words: "manage.py migrate leaves rows alone that it has no file for, and goes on.",
  },
  endsTransactions: true,
};

const recipe: CaptureRecipe = {
  tool: "django",
  commands: {
    up: "python manage.py sqlmigrate {app} {name}",
    down: "python manage.py sqlmigrate {app} {name} --backwards",
  },
  async clean(output) {
    const way = await cleanSql(output);
    // What Django prints in place of an operation in Python, such as RunPython.
    return /CANNOT BE WRITTEN AS SQL/.test(output)
      ? { ...way, unread: "part of it is Python (RunPython)" }
      : way;
  },
  isIrreversible: (output) => /IrreversibleError/.test(output),
};

interface AppMigration extends CodeMigration {
  after: readonly string[];
  replaces: readonly string[];
}

/** Reads the folder of manage.py, or of one app's migrations: every `migrations` folder below it is an app's. */
async function readFolder(folder: string, options: FolderOptions): Promise<FolderContents> {
  const entries = entriesOf(folder);
  if ("where" in entries) return { migrations: [], violations: [entries], told: [] };
  const found: AppMigration[] = [];
  const violations: Violation[] = [];
  const files = filesBelow(folder);
  for (const path of files) {
    const name = basename(path, ".py");
    const file = join(folder, path);
    if (!path.endsWith(".py") || name.startsWith("_") || basename(dirname(file)) !== "migrations") continue;
    const source = readSource(file);
    if ("where" in source) violations.push(source);
    else if (/^class Migration\b/m.test(source.text)) found.push(migrationOf(file, name, source));
  }
  if (violations.length > 0) return { migrations: [], violations, told: [] };
  if (found.length === 0) return nothingFound(folder, "the Django project, the one that holds manage.py");
  const users = userApp(folder, files);
  const ordered = inDependencyOrder(
    found.map((one) => squashed(one, found)),
    ({ after, version, replaces }) =>
      [...after.map((wanted) => wanted.replace(/^\*/, users)), ...replaces].flatMap((wanted) =>
        resolved(wanted, version, found),
      ),
  );
  if (ordered === undefined) {
    const expected = "mend their dependencies: migrations that depend on each other have no first";
    return {
      migrations: [],
      violations: [{ where: folder, found: "migrations in a circle", expected }],
      told: [],
    };
  }
  return capture(recipe, folder, ordered, options);
}

function migrationOf(
  file: string,
  name: string,
  { text, bytes }: { text: string; bytes: Buffer },
): AppMigration {
  const app = labelOf(dirname(dirname(file)));
  const swappable = /swappable_dependency\(\s*settings\.AUTH_USER_MODEL\s*\)/.test(text);
  return {
    version: `${app}.${name}`,
    name: name.replace(/^[0-9]+_/, ""),
    file,
    source: bytes,
    placeholders: { app, name },
    after: [...pairsIn(text, "dependencies"), ...(swappable ? ["*.__first__"] : [])],
    replaces: pairsIn(text, "replaces"),
  };
}

/** A squashed migration does nothing where those that it replaces are still there: a database has run these. */
function squashed(migration: AppMigration, found: readonly AppMigration[]): AppMigration {
  const { replaces } = migration;
  if (!found.some(({ version }) => replaces.includes(version))) return migration;
  return { ...migration, without: { sql: `-- stands for ${replaces.join(", ")}` } };
}

/** The app's label, which its configuration can set apart from its folder's name. */
function labelOf(folder: string): string {
  const source = readSource(join(folder, "apps.py"));
  const label = "text" in source ? /^\s+label\s*=\s*["'](\w+)["']/m.exec(source.text)?.[1] : undefined;
  return label ?? basename(folder);
}

/**
 * What stands for a dependency: `__first__` and `__latest__` for an app's ends; for a squashed migration, those that it
 * replaces; for one that was replaced and is gone, the squashed one.
 */
function resolved(wanted: string, asker: string, found: readonly AppMigration[]): string[] {
  const [app = "", name = ""] = wanted.split(".");
  const own = found.map(({ version }) => version).filter((version) => version.startsWith(`${app}.`));
  const names = own.filter((version) => version !== asker).sort();
  if (name === "__first__") return names.slice(0, 1);
  if (name === "__latest__") return names.slice(-1);
  const instead = found.filter(({ replaces, version }) => replaces.includes(wanted) && version !== asker);
  return [wanted, ...(own.includes(wanted) ? [] : instead.map(({ version }) => version))];
}

/** The app whose first migration makes the table of users. */
function userApp(folder: string, files: readonly string[]): string {
  for (const path of files.filter((each) => /settings[^/]*\.py$|settings\/[^/]+\.py$/.test(each))) {
    const source = readSource(join(folder, path));
    const app = "text" in source ? /^AUTH_USER_MODEL\s*=\s*["'](\w+)\./m.exec(source.text)?.[1] : undefined;
    if (app !== undefined) return app;
  }
  return "auth";
}
