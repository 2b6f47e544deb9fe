import { join } from "node:path";
import type { ToolName } from "../../migrations/tools/tool";
import {
  alembicProject,
  alembicRevision,
  djangoId,
  djangoMigration,
  djangoProject,
  prismaMigrate,
  prismaProject,
} from "../migrations/tools/projects";
import { run, type Ended } from "../migrations/tools/run";

type Files = Readonly<Record<string, string>>;

/** Where the tools lie. */
export interface ToolPrograms {
  /** Holds `goose` and `migrate`. */
  go: string;
  /** Holds `alembic` and `python`, which has Django. */
  python: string;
  /** Prisma's `node_modules`. */
  modules: string;
}

/** A shop whose second release moves the schema, as one tool has its migrations. */
export interface ToolShop {
  tool: ToolName;
  /** The first release; the second has `more` besides. */
  files: Files;
  more: Files;
  /** The folder of the migrations, below the release's own. */
  migrations: string;
  /** Runs the tool's own command for all that is pending. */
  migrate(programs: ToolPrograms, folder: string, url: string): Promise<Ended>;
  /** What `release add` needs where migrations are code. */
  capture?(programs: ToolPrograms, url: string): string[];
}

const create = "CREATE TABLE orders (id int PRIMARY KEY, amount int NOT NULL, note text NOT NULL);\n";

/** From 9 to 10: as text, 10 would come first. */
export const gooseShop: ToolShop = {
  tool: "goose",
  files: { "00009_orders.sql": `-- +goose Up\n${create}\n-- +goose Down\nDROP TABLE orders;\n` },
  more: {
    "00010_relax.sql":
      "-- +goose Up\nALTER TABLE orders ALTER note DROP NOT NULL;\n\n" +
      "-- +goose Down\nBEGIN;\nALTER TABLE orders ALTER note SET NOT NULL;\nCOMMIT;\n",
  },
  migrations: ".",
  migrate: ({ go }, folder, url) => run(join(go, "goose"), ["-dir", folder, "postgres", url, "up"]),
};

export const golangMigrateShop: ToolShop = {
  tool: "golang-migrate",
  files: { "000009_orders.up.sql": create, "000009_orders.down.sql": "DROP TABLE orders;\n" },
  more: {
    "000010_rename.up.sql": "ALTER TABLE orders RENAME amount TO total;\n",
    "000010_rename.down.sql": "ALTER TABLE orders RENAME total TO amount;\n",
  },
  migrations: ".",
  migrate: ({ go }, folder, url) =>
    run(join(go, "migrate"), ["-path", folder, "-database", `${url}&sslmode=disable`, "up"]),
};

export const alembicShop: ToolShop = {
  tool: "alembic",
  files: {
    ...alembicProject,
    "alembic/versions/orders.py": alembicRevision(
      "Create orders",
      "ae1027a6acf",
      "None",
      `op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True), sa.Column("note", sa.Text))`,
      `op.drop_table("orders")`,
    ),
  },
  more: {
    "alembic/versions/note.py": alembicRevision(
      "Drop note",
      "1975ea83b712",
      `"ae1027a6acf"`,
      `op.drop_column("orders", "note")`,
      `op.add_column("orders", sa.Column("note", sa.Text))`,
    ),
  },
  migrations: ".",
  migrate: ({ python }, folder, url) =>
    run(join(python, "alembic"), ["upgrade", "head"], {
      cwd: folder,
      environment: { SHOP_DATABASE: url.replace("postgres:", "postgresql+psycopg:") },
    }),
  capture({ python }) {
    const command = `${python}/alembic -c {folder}/alembic.ini`;
    return [
      ...["--capture", `${command} upgrade {from}:{to} --sql`],
      ...["--capture-down", `${command} downgrade {to}:{from} --sql`],
    ];
  },
};

/** A part of the second release is Python, so that nobody knows what it does. */
export const djangoShop: ToolShop = {
  tool: "django",
  files: {
    ...djangoProject,
    "shop/migrations/0001_initial.py": djangoMigration(
      "migrations.swappable_dependency(settings.AUTH_USER_MODEL)",
      `migrations.CreateModel("Order", [${djangoId}, ("note", models.TextField(null=True))])`,
    ),
  },
  more: {
    "shop/migrations/0002_fill.py": djangoMigration(
      `("shop", "0001_initial")`,
      `migrations.AddField("Order", "total", models.IntegerField(null=True)), migrations.RunPython(fill)`,
    ),
  },
  migrations: ".",
  migrate: ({ python }, folder, url) =>
    run(join(python, "python"), ["manage.py", "migrate"], {
      cwd: folder,
      environment: { SHOP_DATABASE: url },
    }),
  capture({ python }, url) {
    const command = `SHOP_DATABASE='${url}' ${python}/python {folder}/manage.py sqlmigrate {app} {name}`;
    return ["--capture", command, "--capture-down", `${command} --backwards`];
  },
};

export const prismaShop: ToolShop = {
  tool: "prisma",
  files: { ...prismaProject, "prisma/migrations/20260101000000_orders/migration.sql": create },
  more: {
    "prisma/migrations/20260201000000_coupons/migration.sql": "CREATE TABLE coupons (id int PRIMARY KEY);\n",
  },
  migrations: "prisma/migrations",
  migrate: ({ modules }, folder, url) => prismaMigrate(modules, folder, url, "deploy"),
};
