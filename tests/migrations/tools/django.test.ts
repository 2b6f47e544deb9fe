import { expect } from "chai";
import { join } from "node:path";
import { appliedVersionsOf, notJudgedApps } from "../../../migrations/tools/appliedVersionsOf";
import { django } from "../../../migrations/tools/django";
import { toolOfFolder } from "../../../migrations/tools/toolOfFolder";
import type { FolderOptions } from "../../../migrations/tools/tool";
import { testFolder, type TestFolder } from "../../catalog/catalogFolder";
import { Server } from "../server";
import { provide } from "./programs/provide";
import { djangoId as id, djangoMigration as migration, djangoProject } from "./projects";
import { run } from "./run";
import { columnsOf, runCaptured, stateOf, summaryOf, versions, write } from "./toolShop";

const server = new Server();

const v1 = {
  ...djangoProject,
  "shop/migrations/0001_initial.py": migration(
    "migrations.swappable_dependency(settings.AUTH_USER_MODEL)",
    `migrations.CreateModel("Order", [${id}, ("owner", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE))])`,
  ),
  "shop/migrations/0002_note.py": migration(
    `("shop", "0001_initial")`,
    `migrations.AddField("Order", "note", models.TextField(null=True))`,
  ),
};
const v2 = {
  ...v1,
  "shop/migrations/0003_fill.py": migration(
    `("shop", "0002_note"),`,
    `migrations.AddField("Order", "total", models.IntegerField(default=0)), migrations.RunPython(fill)`,
  ),
};

describe("Django, the tool itself", function () {
  this.timeout(300_000);
  let python = "";
  let folder: TestFolder;
  let options: FolderOptions;
  before("install it and start PostgreSQL", async () => {
    const [environment] = await Promise.all([provide("python"), server.start()]);
    python = join(environment, "bin", "python");
    folder = testFolder();
    write(join(folder.path, "v1"), v1);
    write(join(folder.path, "v2"), v2);
    const url = await server.newDatabase();
    const sqlmigrate = `SHOP_DATABASE='${url}' ${python} {folder}/manage.py sqlmigrate {app} {name}`;
    options = { capture: sqlmigrate, captureDown: `${sqlmigrate} --backwards` };
  });
  after(() => folder?.remove());

  const manage = (url: string, release: string, ...args: string[]) =>
    run(python, ["manage.py", ...args], {
      cwd: join(folder.path, release),
      environment: { SHOP_DATABASE: url },
    });

  it("is read as its own command tells it, but for apps that no release ships", async () => {
    const url = await server.newDatabase();
    const { code, output } = await manage(url, "v1", "migrate");
    expect(code, output).to.equal(0);
    const shown = (await manage(url, "v1", "showmigrations", "--plan")).stdout;
    const applied = [...shown.matchAll(/\[X\] +(\S+)/g)].map(([, version]) => version);
    const state = await stateOf(url, "django");
    expect([...versions(state)].sort()).to.deep.equal([...applied].sort());
    expect(state).to.deep.include({ headOnly: false, problems: [] });
    const { migrations } = await django.readFolder(join(folder.path, "v2"), { capture: "echo 'SELECT 1;'" });
    const order = migrations.map(({ migration }) => migration);
    expect(appliedVersionsOf(state, order).sort()).to.deep.equal([
      "accounts.0001_initial",
      "shop.0001_initial",
      "shop.0002_note",
    ]);
    expect(notJudgedApps(state, order)).to.deep.equal(["contenttypes"]);
  });

  it("starts on a database that is ahead, as is said of it", async () => {
    const url = await server.newDatabase();
    expect((await manage(url, "v2", "migrate")).code).to.equal(0);
    const { code, output } = await manage(url, "v1", "migrate");
    expect(code, output).to.equal(0);
    expect(output).to.contain("No migrations to apply.");
    expect(django.whenAhead.starts).to.equal(true);
  });

  it("has its SQL captured in the order of dependencies, so that the catalog's does what the tool does", async () => {
    expect(toolOfFolder(join(folder.path, "v2"))).to.equal("django");
    const contents = await django.readFolder(join(folder.path, "v2"), options);
    expect(summaryOf(contents)).to.deep.equal([
      "accounts.0001_initial with down",
      "shop.0001_initial with down",
      "shop.0002_note with down",
      "shop.0003_fill unread: part of it is Python (RunPython)",
    ]);
    const [own, captured, back] = [
      await server.newDatabase(),
      await server.newDatabase(),
      await server.newDatabase(),
    ];
    const models = async (url: string) =>
      (await columnsOf(url)).filter((column) => !column.startsWith("django_content_type"));
    await manage(own, "v2", "migrate");
    await runCaptured(captured, contents);
    expect(await models(captured)).to.deep.equal(await models(own));
    await runCaptured(back, contents, { up: 3, down: 1 });
    expect(await models(back)).not.to.include("shop_order.note text YES");
    expect(await models(back)).to.include("shop_order.owner_id bigint NO");
  });

  it("reads a squashed migration beside those that it stands for", async () => {
    write(join(folder.path, "squashed"), {
      ...v1,
      "shop/migrations/0001_squashed_0002_note.py": migration(
        "",
        "",
        `    replaces = [("shop", "0001_initial"), ("shop", "0002_note")]\n`,
      ),
      "shop/migrations/0003_more.py": migration(
        `("shop", "0001_squashed_0002_note")`,
        `migrations.AddField("Order", "more", models.TextField(null=True))`,
      ),
    });
    const contents = await django.readFolder(join(folder.path, "squashed"), { capture: "echo 'SELECT 1;'" });
    expect(summaryOf(contents).map((line) => line.replace(" with down", ""))).to.deep.equal([
      "accounts.0001_initial",
      "shop.0001_initial",
      "shop.0002_note",
      "shop.0001_squashed_0002_note",
      "shop.0003_more",
    ]);
  });
});
