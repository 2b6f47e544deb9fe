import { expect } from "chai";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ended } from "./commandLine";
import { runWith } from "./runWith";
import { StallingPulumi } from "./stallingPulumi";

describe("what knowngood rollback is run on", () => {
  let project: StallingPulumi;
  beforeEach(() => (project = new StallingPulumi()));
  afterEach(() => project.dispose());

  const knowngood = (...words: string[]): Promise<Ended> =>
    runWith(project.folder, words, { env: project.environment });
  const rollback = (...words: string[]) => knowngood("rollback", "v1", "--stack", "prod", "--yes", ...words);

  it("exits 2 in a folder of no project, for all commands that need one", async () => {
    rmSync(join(project.folder, "Pulumi.yaml"));
    for (const words of [["rollback", "v1", "--yes"], ["history"], ["status"], ["logs"]]) {
      const { code, stderr } = await knowngood(...words, "--stack", "prod");
      expect(code, stderr).to.equal(2);
      expect(stderr).to.contain(
        "found no Pulumi.yaml in this folder, nor above it; run this in the project's",
      );
    }
  });

  it("exits 2 for a stack that the backend does not have", async () => {
    project.answer("config.err", "error: no stack named 'prod' found\n");
    project.answer("config.fails", "");
    for (const words of [["rollback", "v1", "--yes"], ["history"]]) {
      const { code, stderr } = await knowngood(...words, "--stack", "prod");
      expect(code, stderr).to.equal(2);
      expect(stderr).to.contain("found prod, which the backend does not have; name one of: pulumi stack ls");
    }
  });

  it("exits 2 where no stack is named, and none is selected", async () => {
    project.answer("name.err", "error: no stack selected; please use `pulumi stack select` to choose one\n");
    project.answer("name.fails", "");
    for (const words of [["rollback", "v1", "--yes"], ["history"], ["logs"]]) {
      const { code, stderr } = await knowngood(...words);
      expect(code, stderr).to.equal(2);
      expect(stderr).to.contain("found nothing, and no stack is selected; name one of: pulumi stack ls");
    }
  });

  it("exits 2 for a file that is no YAML, naming it and the line", async () => {
    project.answer("config.err", "error: invalid YAML file: yaml: line 3: did not find expected\n");
    project.answer("config.fails", "");
    writeFileSync(project.stackFile, "config:\n  knowngood:imageTag: v2\n  c: [\n");
    const stack = await rollback();
    expect(stack.code, stack.stderr).to.equal(2);
    expect(stack.stderr).to.match(/ {2}Pulumi\.prod\.yaml\n {4}found text that is no YAML; .* at line [34]/);
    writeFileSync(join(project.folder, "Pulumi.yaml"), "name: [\n");
    const whole = await rollback();
    expect(whole.code, whole.stderr).to.equal(2);
    expect(whole.stderr).to.match(/ {2}Pulumi\.yaml\n {4}found text that is no YAML; .* at line [12]/);
  });

  it("says what to do about a passphrase", async () => {
    const words = "error: getting stack configuration: get stack secrets manager: incorrect passphrase\n";
    project.answer("preview.out", words);
    project.answer("preview.fails", "");
    project.removeAnswer("preview.plan");
    const wrong = await rollback();
    expect(wrong.code, wrong.stderr).to.equal(4);
    expect(wrong.stderr).to.contain(
      "PULUMI_CONFIG_PASSPHRASE holds it, else the file that PULUMI_CONFIG_PASSPHRASE_FILE names.",
    );
    project.answer("config.err", "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE\n");
    project.answer("config.fails", "");
    expect((await rollback()).stderr).to.contain("To set it: export PULUMI_CONFIG_PASSPHRASE_FILE=FILE, or:");
  });

  it("takes no reason that is only the word that stands for one", async () => {
    const { code, stderr } = await rollback("--reason", "WHY", "--break-glass", "WHY ");
    expect(code, stderr).to.equal(2);
    expect(stderr).to.match(
      /--reason\n {4}found "WHY"; write why\n {2}--break-glass\n {4}found "WHY "; write why/,
    );
    const proposed = await knowngood("propose", "v1", "--stack", "prod", "--reason", "WHY");
    expect([proposed.code, proposed.stderr].join("\n")).to.match(/^2\n[^]*found "WHY"; say why/);
    expect(project.calls()).to.deep.equal([]);
  });

  it("finds the stack file where the project keeps it, with the project's ending", async () => {
    rmSync(join(project.folder, "Pulumi.yaml"));
    writeFileSync(
      join(project.folder, "Pulumi.yml"),
      "name: knowngood\nruntime: nodejs\nstackConfigDir: stacks\n",
    );
    mkdirSync(join(project.folder, "stacks"));
    const file = join(project.folder, "stacks", "Pulumi.prod.yml");
    renameSync(project.stackFile, file);
    const { code, stderr } = await rollback();
    expect(code, stderr).to.equal(0);
    expect(readFileSync(file, "utf8")).to.equal(project.stackText.replace("v2", "v1"));
    expect(project.configOfUp()).to.equal(project.stackText.replace("v2", "v1"));
  });

  it("previews the stacks that can be, though another can't", async () => {
    const words = ["rollback", "v1", "--stack", "prod", "--stack", "us", "--preview"];
    const text = await knowngood(...words);
    expect(text.code, text.stderr).to.equal(2);
    expect(text.stdout).to.contain("the plan");
    expect(text.stderr).to.contain("error: us: ");
    const json = await knowngood(...words, "--json");
    const [prod, us] = JSON.parse(json.stdout) as Record<string, unknown>[];
    expect(prod).to.deep.include({ stack: "knowngood/prod", text: "the plan" });
    expect(us?.end).to.contain("found no Pulumi.us.yaml");
    expect(json.code).to.equal(2);
  });
});
