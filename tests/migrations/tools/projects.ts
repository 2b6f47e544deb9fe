import { join } from "node:path";
import { run, type Ended } from "./run";

/** A revision in Python. @param parent as Python writes it: `None`, or a name in quotes */
export const alembicRevision = (title: string, name: string, parent: string, up: string, down = "pass") =>
  `"""${title}\n\nRevision ID: ${name}\n"""\nfrom alembic import op\nimport sqlalchemy as sa\n\n` +
  `revision: str = "${name}"\ndown_revision = ${parent}\ndepends_on = None\n\n` +
  `def upgrade() -> None:\n    ${up}\n\ndef downgrade() -> None:\n    ${down}\n`;

/** Alembic, with its database's address from the environment. */
export const alembicProject = {
  "alembic.ini": "[alembic]\nscript_location = %(here)s/alembic\n",
  "alembic/env.py": `import os
from alembic import context
from sqlalchemy import create_engine
if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(os.environ["SHOP_DATABASE"]).connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
`,
};

/** A migration in Python of the app `shop`; the function `fill` is there to be run. */
export const djangoMigration = (dependencies: string, operations: string, more = "") =>
  `from django.db import migrations, models\nfrom django.conf import settings\n\n` +
  `def fill(apps, schema_editor):\n    apps.get_model("shop", "Order").objects.filter(note=None).update(note="")\n\n` +
  `class Migration(migrations.Migration):\n${more}    dependencies = [${dependencies}]\n    operations = [${operations}]\n`;

/** The key of each table. */
export const djangoId = `("id", models.BigAutoField(primary_key=True, serialize=False))`;

/** Django with two apps, `accounts` and `shop`; the migrations of `shop` are a test's own. */
export const djangoProject = {
  "manage.py": `import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
`,
  "site_settings.py": `import os
from urllib.parse import urlparse, parse_qs, unquote
url = urlparse(os.environ["SHOP_DATABASE"])
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
    "PASSWORD": unquote(url.password or ""), "HOST": parse_qs(url.query)["host"][0]}}
INSTALLED_APPS = ["django.contrib.contenttypes", "shop", "accounts"]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "no secret"
USE_TZ = True
`,
  "accounts/__init__.py": "",
  "accounts/migrations/__init__.py": "",
  "accounts/migrations/0001_initial.py": djangoMigration("", `migrations.CreateModel("User", [${djangoId}])`),
  "shop/__init__.py": "",
  "shop/migrations/__init__.py": "",
};

/** The adapter knows no columns of the type `name`, which the engine reads from PostgreSQL's own tables. */
const configuration = `
import { PrismaPg } from "@prisma/adapter-pg";
const factory = new PrismaPg({ connectionString: process.env.SHOP_DATABASE, allowExitOnIdle: true });
const nameAsText = (field) => (field.dataTypeID === 19 ? Object.assign(field, { dataTypeID: 25 }) : field);
export default {
  experimental: { adapter: true },
  engine: "js",
  schema: "prisma/schema.prisma",
  adapter: async () => ({
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => factory.connectToShadowDb(),
    async connect() {
      const adapter = await factory.connect();
      const query = adapter.client.query.bind(adapter.client);
      adapter.client.query = async (...asked) => {
        const answer = await query(...asked);
        answer?.fields?.forEach(nameAsText);
        return answer;
      };
      return adapter;
    },
  }),
};
`;
/** The engine leaves the timer of its lock behind when it is done, which would keep the process for 10 s. */
const withoutLastingTimers = `
const { setTimeout: own } = globalThis;
globalThis.setTimeout = (work, milliseconds, ...more) => {
  const timer = own(work, milliseconds, ...more);
  return milliseconds >= 5000 ? timer.unref() : timer;
};
`;
/** Prisma with the engine that needs no download. */
export const prismaProject = {
  "timers.cjs": withoutLastingTimers,
  "prisma.config.mjs": configuration,
  "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n  url = env("SHOP_DATABASE")\n}\n',
  "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
};

/** Runs `prisma migrate`. @param modules the `node_modules` that Prisma lies in */
export function prismaMigrate(
  modules: string,
  folder: string,
  url: string,
  ...args: string[]
): Promise<Ended> {
  const prisma = join(modules, "prisma", "build", "index.js");
  return run(process.execPath, ["--require", "./timers.cjs", prisma, "migrate", ...args], {
    cwd: folder,
    environment: {
      SHOP_DATABASE: url,
      CHECKPOINT_DISABLE: "1",
      // With these named it looks for no engines to download; the one in WebAssembly needs neither.
      PRISMA_QUERY_ENGINE_LIBRARY: "/bin/true",
      PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true",
    },
  });
}
