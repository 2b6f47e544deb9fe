import { expect } from "chai";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { tryCommand } from "../../toolchain/machine/commands";
import { readRecords } from "../../toolchain/machine/record";

const packageFolder = join(__dirname, "..", "..");
const stackFiles = ["prod", "test"].map((stack) => join(packageFolder, `Pulumi.${stack}.yaml`));

interface DemoRun {
  code: number | null;
  output: string;
  /** Its project folder, as it said. */
  folder: string;
  /** Short folders of the machines that it started. */
  runFolders: string[];
  /** What the names of its containers begin with. */
  prefix: string;
}

/** Runs the demo as a user does. @param interruptAt ends it by SIGINT once its output matches */
function runDemo(args: readonly string[], interruptAt?: RegExp): Promise<DemoRun> {
  const child = spawn(
    process.execPath,
    ["--require", "./toolchain/loadTypescript.cjs", "demo/main.ts", ...args],
    {
      cwd: packageFolder,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  let interrupted = false;
  const folder = () => /Its folder is (\S+);/.exec(output)?.[1] ?? "";
  const runFolders = new Set<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (folder() !== "")
        for (const record of readRecords())
          if (record.folder.startsWith(`${folder()}/`)) runFolders.add(record.runFolder);
      if (interruptAt?.test(output) && !interrupted) {
        interrupted = true;
        child.kill("SIGINT");
      }
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({
        code,
        output,
        folder: folder(),
        runFolders: [...runFolders],
        prefix: /docker\.prefix=(\S+)-prod/.exec(output)?.[1] ?? "",
      }),
    );
  });
}

/** Whatever a run could leave behind: files, mounts, processes, containers, networks, Pulumi's notes. */
async function leftOf({ folder, runFolders, prefix }: DemoRun): Promise<string[]> {
  const own = [folder, ...runFolders];
  const mentions = (text: string) => own.some((one) => text.includes(one));
  const processes = readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && mentions(readFileSync(`/proc/${name}/cmdline`, "utf8"));
    } catch {
      return false;
    }
  });
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter(mentions);
  const notes = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "workspaces");
  const named = async (...words: string[]) =>
    (await tryCommand(["docker", ...words, "--filter", `name=${prefix}`])).stdout.split("\n").filter(Boolean);
  return [
    ...own.filter((one) => existsSync(one)),
    ...processes.map((pid) => `process ${pid}`),
    ...mounts,
    ...(existsSync(notes) ? readdirSync(notes) : []).filter((name) =>
      mentions(readFileSync(join(notes, name), "utf8")),
    ),
    ...(await named("ps", "--all", "--quiet")),
    ...(await named("network", "ls", "--quiet")),
  ];
}

describe("the demo", function () {
  this.timeout(420_000);
  const before = stackFiles.map((file) => readFileSync(file, "utf8"));
  const unchanged = () => expect(stackFiles.map((file) => readFileSync(file, "utf8"))).to.deep.equal(before);

  it("tells how to use it", async () => {
    const { code, output } = await runDemo(["--help"]);
    expect(code).to.equal(0);
    expect(output).to.contain("Usage: npm run demo --").and.contain("--keep").and.contain("--stop <folder>");
  });

  it("ends nothing in a folder that is no kept demo's", async () => {
    const { code, output } = await runDemo(["--stop", packageFolder]);
    expect(code).to.equal(1);
    expect(output).to.contain(`${packageFolder} is not the folder of a kept demo`);
  });

  it("plays its story to the end and leaves nothing behind", async () => {
    const run = await runDemo([]);
    expect(run.code, run.output).to.equal(0);
    for (const line of [
      "knowngood/prod: first release, v1",
      "knowngood/prod: forward from v1 to v2",
      "Health gate failed: api v3 on knowngood/prod",
      'column \\"currency\\" does not exist',
      "Last known-good: v2. To go back:",
      "failed, as it should: the gate did not let v3 pass",
      "knowngood/prod: rollback from v3 to v2",
      "schema: ahead of v2 by 1 (20260320090000)",
      "5 orders: Margaret 12.50, Barbara 7.00, Edsger 9.90, Grace 42.00, Ada 12.50",
      "fatal: PAYMENT_URL is not set",
      "failed, as it should: the gate did not let v4 pass",
      "knowngood/prod: rollback from v4 to v2",
      "knowngood/test: first release, v2",
    ])
      expect(run.output).to.contain(line);
    const table = run.output.slice(run.output.indexOf("STEP "));
    expect(table).to.match(/^v3 +pulumi up --yes --skip-preview +\d+\.\d +failed, as it should$/m);
    expect(table).to.match(/^Rollback +pulumi config set imageTag v2 +\d+\.\d +ok$/m);
    expect(table).to.match(/^\d+ steps, \d+\.\d s$/m);
    expect(run.output).not.to.match(/Warning:|ExperimentalWarning|\u001b/);
    expect(run.output).not.to.match(/postgres:\/\/[^@\s]*:/);
    expect(run.runFolders).to.have.length(1);
    expect(await leftOf(run)).to.deep.equal([]);
    unchanged();
  });

  it("cleans up when it is interrupted in the midst of an update, and says so", async () => {
    const run = await runDemo([], /\$ pulumi up/);
    expect(run.code, run.output).to.equal(130);
    expect(run.output).to.contain("Interrupted: ending what runs, then cleaning up.");
    expect(run.output).to.match(/Cleaned up: .*nothing is left\.\n$/);
    expect(run.prefix).to.match(/^shop-/);
    expect(run.runFolders).to.have.length(1);
    expect(await leftOf(run)).to.deep.equal([]);
    unchanged();
  });
});
