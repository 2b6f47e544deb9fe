import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findRelease, migrationSql, readCatalog } from "../../catalog/catalog";
import { digest } from "../catalog/catalogFolder";
import { commandLine, type CommandLine } from "./commandLine";

describe("knowngood release add, with other migration tools", function () {
  this.timeout(30_000);
  let shell: CommandLine;
  beforeEach(() => (shell = commandLine()));
  afterEach(() => shell.remove());

  /** By digest, and from a registry that does not answer, so that nothing but the migrations matters. */
  const add = (tag: string, ...more: string[]) =>
    shell.knowngood("release", "add", tag, "--image", `api=127.0.0.1:9/shop/api@${digest(tag)}`, ...more);
  const catalog = () => readCatalog(join(shell.path, "releases"));

  it("recognises the folder's tool, and keeps it with the release and those that are the same as it", async () => {
    shell.write("db/000001_orders.up.sql", "CREATE TABLE orders (id int);");
    shell.write("db/000001_orders.down.sql", "DROP TABLE orders;");
    shell.write("db/000010_note.up.sql", "ALTER TABLE orders ADD COLUMN note text;");
    const { code, stdout, stderr } = await add("v1", "--migrations", "db");
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain("  migrations: 2 of golang-migrate, new: 1_orders, 10_note\n");
    expect(stderr).to.contain("no way down in 10_note: it can't be stepped down");
    expect((await add("v2", "--same-as", "v1")).code).to.equal(0);
    for (const tag of ["v1", "v2"]) {
      const release = findRelease(catalog(), tag);
      expect(release?.tool).to.equal("golang-migrate");
      expect(release?.migrations.map(({ version, name }) => `${version} ${name}`)).to.deep.equal([
        "1 orders",
        "10 note",
      ]);
    }
    // Sorting as text would put 10 before 9.
    shell.write("db/000009_late.up.sql", "SELECT 1;");
    expect((await add("v3", "--migrations", "db")).stderr).to.contain(
      "migration 9_late is new but sorts before 10_note, which release v1 shipped already",
    );
    expect((await shell.knowngood("release", "show", "v3")).stdout).to.contain("9_late");
  });

  it("captures the SQL of code by the user's command, and tells what can't be judged", async () => {
    shell.write("database/2026_01_01_000000_orders.php", "<?php");
    shell.write("database/2026_02_01_000000_note.php", "<?php");
    shell.write("answer.sh", 'case $1 in *note) exit 3;; esac; echo "  ⇂ create table orders (id int)"\n');
    const args = ["--migrations", "database", "--capture", "sh answer.sh {version}"];
    const { code, stdout, stderr } = await add("v1", ...args);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain(
      "  migrations: 2 of laravel, new: 2026_01_01_000000_orders, 2026_02_01_000000_note\n",
    );
    expect(stderr).to.contain(
      "database/2026_02_01_000000_note.php can't be judged: its command ended with 3: no output",
    );
    const [orders] = catalog().releases[0]?.migrations ?? [];
    expect(orders && migrationSql(catalog(), orders)).to.match(
      /^-- knowngood: from laravel 2026_01_01_000000_orders; source [0-9a-f]{64}\n-- migrate:up\ncreate table orders \(id int\);\n$/,
    );
    // What did not change is not asked for again.
    const again = await add("v2", "--migrations", "database", "--capture", "exit 9");
    expect(again.code, again.stderr).to.equal(0);
    expect(readFileSync(join(shell.path, "releases", "v2.yaml"), "utf8")).to.contain("tool: laravel");
  });

  it("refuses a command that can't be run, without showing it, and options without a folder", async () => {
    shell.write("database/2026_01_01_000000_orders.php", "<?php");
    const ended = await add(
      "v1",
      "--migrations",
      "database",
      "--capture",
      "PASSWORD=hunter22 no-such-php hunter22",
    );
    expect(ended.code).to.equal(2);
    expect(ended.stderr).to.contain("--capture, for 2026_01_01_000000_orders");
    expect(ended.stderr).to.contain("name the command that prints a migration's SQL");
    expect(ended.stderr).not.to.contain("hunter22");
    shell.write("fail.sh", "echo cannot reach $1 as $PGPASSWORD >&2; exit 1");
    const failing = await add(
      "v1",
      ...["--migrations", "database"],
      ...["--capture", "PGPASSWORD=swordfish sh fail.sh postgres://shop:letmein@db/shop"],
    );
    expect(failing.stderr).to.contain("cannot reach postgres://shop:[secret]@db/shop as [secret]");
    const lone = await add("v1", "--tool", "goose", "--capture", "x");
    expect(lone.code).to.equal(2);
    expect(lone.stderr).to.contain("name the folder of the migrations: --migrations FOLDER");
    expect(shell.state()).to.deep.equal([]);
  });
});
