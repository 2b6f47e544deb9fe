import { expect } from "chai";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runWith } from "./runWith";

const token = "the-platform's-token";

describe("a stack whose services run on a platform, asked by the commands", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-on-target-"));
    mkdirSync(join(folder, "bin"));
    mkdirSync(join(folder, "releases"));
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o755 });
    write("Pulumi.yaml", "name: shop\n");
    write("Pulumi.dev.yaml", "config:\n  shop:imageTag: v1\n");
    const settings = {
      imageTag: "v1",
      target: "command",
      command: JSON.stringify({
        deploy: { command: ["./platform", "deploy"] },
        status: { command: ["./platform", "status"] },
        logs: {
          command: ["./platform", "logs", "{service}", "{lines}"],
          secrets: { TOKEN: "platformToken" },
        },
      }),
      services: JSON.stringify({ web: { health: { exec: ["true"] } }, job: { kind: "worker" } }),
    };
    const config = (value?: string) => ({
      ...Object.fromEntries(
        Object.entries(settings).map(([name, text]) => [`shop:${name}`, { value: text }]),
      ),
      "shop:platformToken": { secret: true, ...(value !== undefined && { value }) },
    });
    write("config.json", JSON.stringify(config()));
    write("secrets.json", JSON.stringify(config(token)));
    write(
      "bin/pulumi",
      `#!/bin/sh\ncase "$*" in *--show-secrets*) cat '${folder}/secrets.json' ;; config*) cat '${folder}/config.json' ;; *) exit 1 ;; esac\n`,
    );
    write(
      "platform",
      `#!/bin/sh\ncase "$2" in web) echo "$3 lines"; echo "with $TOKEN" ;; *) echo "no such app"; exit 1 ;; esac\n`,
    );
    // Whoever asks it has not seen that nobody needs it.
    write("bin/docker", `#!/bin/sh\necho "$*" >> '${folder}/asked-docker'\nexit 1\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const knowngood = async (...words: string[]) => {
    const told = await runWith(folder, [...words, "--stack", "dev"], {
      env: { PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`, NO_COLOR: "1" },
    });
    return { ...told, stderr: told.stderr.replace(/\s+/g, " ") };
  };

  it("tells the last lines of a service, as the platform gives them", async () => {
    const told = await knowngood("logs", "web", "--tail", "7");
    expect(told.code, told.stderr).to.equal(0);
    expect(told.stdout).to.equal("web | 7 lines\nweb | with [secret]\n");
  });

  it("tells of which service there is no log", async () => {
    const told = await knowngood("logs");
    expect(told.code, told.stderr).to.equal(1);
    expect(told.stdout).to.equal("web | 200 lines\nweb | with [secret]\n");
    expect(told.stderr).to.contain("no log of job").and.to.contain("no such app");
  });

  for (const words of [["--follow"], ["--since", "10m"], ["--tail", "all"]])
    it(`has no log with ${words.join(" ")}`, async () => {
      const told = await knowngood("logs", ...words);
      expect([told.code, told.stdout], told.stderr).to.deep.equal([2, ""]);
      expect(told.stderr).to.contain(words[0]);
    });

  it("is drilled to another release alone", async () => {
    const told = await knowngood("drill", "--yes");
    expect(told.code, told.stderr).to.equal(2);
    expect(told.stderr).to.contain("npx knowngood drill --stack dev --target TAG");
  });

  it("has no images that could be removed here", async () => {
    const told = await knowngood("removable");
    expect(told.code, told.stderr).to.equal(2);
    expect(told.stderr).to.contain("containers that the stack makes");
  });

  it("is examined without a Docker engine", async () => {
    const told = await knowngood("doctor");
    expect(told.stdout).to.match(/not asked +Docker engine +the services run by command/);
    expect(existsSync(join(folder, "asked-docker"))).to.equal(false);
  });
});
