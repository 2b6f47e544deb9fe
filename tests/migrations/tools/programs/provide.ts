import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { cacheFor, withLock } from "../../../../toolchain/cache.mjs";
import { canInstall, installPackages } from "../../../../toolchain/machine/apt";
import { run } from "../run";

/** Where the programs of one kind lie, made from what stands beside this file and kept for the next time. */
interface Kind {
  /** Files that pin every version; the folder is made anew when one of them changes. */
  pinned: readonly string[];
  make(folder: string): Promise<void>;
}

const here = __dirname;
const goTags =
  "postgres,no_clickhouse,no_libsql,no_mssql,no_mysql,no_sqlite3,no_vertica,no_ydb,no_starrocks,no_duckdb,no_spanner";

const kinds = {
  /** `goose` and `migrate`, with the driver of PostgreSQL only. */
  go: {
    pinned: ["go/go.mod", "go/go.sum"],
    async make(folder) {
      const packages = {
        goose: "github.com/pressly/goose/v3/cmd/goose",
        migrate: "github.com/golang-migrate/migrate/v4/cmd/migrate",
      };
      const environment = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" };
      for (const [name, path] of Object.entries(packages)) {
        const args = ["build", "-trimpath", "-mod=readonly", "-tags", goTags, "-o", join(folder, name), path];
        await succeed("go", args, join(here, "go"), environment);
      }
    },
  },
  /** A virtual environment whose `bin` has `alembic` and `python` with Django. */
  python: {
    pinned: ["python/requirements.txt"],
    async make(folder) {
      const able = await run("python3", ["-c", "import venv, ensurepip"]);
      if (able.code !== 0 && canInstall())
        await installPackages(["python3", "python3-venv"], () => undefined);
      await succeed("python3", ["-m", "venv", folder]);
      const requirements = join(here, "python", "requirements.txt");
      const args = ["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", requirements];
      await succeed(join(folder, "bin", "pip"), args);
    },
  },
  /** A folder whose `node_modules` has `prisma`. Its engine in WebAssembly needs nothing that is not in the packages. */
  prisma: {
    pinned: ["prisma/package.json", "prisma/package-lock.json"],
    async make(folder) {
      for (const name of ["package.json", "package-lock.json"])
        cpSync(join(here, "prisma", name), join(folder, name));
      await succeed("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
    },
  },
} satisfies Record<string, Kind>;

/** The folder of a kind's programs. Made once on a machine; other processes wait meanwhile. */
export async function provide(name: keyof typeof kinds): Promise<string> {
  const kind: Kind = kinds[name];
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of [...kind.pinned.map((file) => join(here, file)), __filename])
    hash.update(readFileSync(file));
  const { root } = cacheFor(process.env, "");
  const folder = join(root, `tools-${hash.digest("hex").slice(0, 16)}`, name);
  const finished = join(folder, ".finished");
  await withLock(
    join(root, `tools-${name}.lock`),
    () => undefined,
    async () => {
      if (existsSync(finished)) return;
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      await kind.make(folder);
      writeFileSync(finished, "");
    },
  );
  return folder;
}

async function succeed(
  program: string,
  args: readonly string[],
  cwd?: string,
  environment?: Record<string, string>,
): Promise<void> {
  const { code, output } = await run(program, args, { cwd, environment });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output}`);
}
