import { expect } from "chai";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cards } from "../../card/card";
import { labels } from "../../history/running";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { run, type Ended } from "./command";
import { freePorts } from "./freePorts";
import { answering, servicePort, working } from "./images";
import { answerOf, migrations } from "./twoReleases";
import { Workspace, type InspectedContainer } from "./workspace";

/** What a shell, Docker's `--env-file` or a careless `echo` would each change. */
const token = `a "quoted" 'token' \\n $HOME \`id\`\nand a second line = 2`;

/** What a card may rest on: docker, and what every host has. No Pulumi, no Node.js, no curl. */
const programs = ["docker", "cat", "date", "sh", "sleep", "stty"];

describe("the emergency card", () => {
  let workspace: Workspace;
  let port: number;
  let path: string;
  /** Every word that docker was given. */
  let argumentsFile: string;
  before(async () => {
    workspace = new Workspace();
    path = join(workspace.folder, "few");
    mkdirSync(path);
    argumentsFile = join(workspace.folder, "arguments");
    for (const name of programs) {
      const where = (await run("sh", ["-c", `command -v ${name}`], { env: process.env })).stdout.trim();
      if (name !== "docker") symlinkSync(where, join(path, name));
      else
        writeFileSync(
          join(path, name),
          `#!/bin/sh\nprintf '%s\\n' "$@" >>'${argumentsFile}'\nexec '${where}' "$@"\n`,
          { mode: 0o755 },
        );
    }
    [port = 0] = await freePorts(1);
    const [api1, api2, worker1, worker2] = await Promise.all([
      answering(workspace, "api", "v1", `v1 of ${workspace.prefix}`),
      answering(workspace, "api", "v2", `v2 of ${workspace.prefix}`),
      working(workspace, "worker", `v1 ${workspace.prefix}`.replace(" ", "-")),
      working(workspace, "worker", `v2 ${workspace.prefix}`.replace(" ", "-")),
    ]);
    workspace.release("v1", { services: { api: api1, worker: worker1 }, migrations: [migrations.first] });
    workspace.release("v2", {
      services: { api: api2, worker: worker2 },
      migrations: [migrations.first, migrations.second],
    });
    await workspace.stack("prod", {
      imageTag: "v1",
      volumes: { data: {} },
      database: {},
      services: {
        api: {
          ports: [{ container: servicePort, host: port }],
          volumes: [
            { volume: "data", container: "/data" },
            { host: "/etc/hostname", container: "/host", readOnly: true },
          ],
          env: { GREETING: `it's "fine" $HOME` },
          secrets: { TOKEN: "token" },
          cpus: 0.5,
          memoryMiB: 64,
          user: "0:0",
          health: { path: "/health", within: 60 },
        },
        worker: {
          kind: "worker",
          entrypoint: ["/bin/sh", "-c"],
          command: ["exec sleep 100000"],
          secrets: { KEY: "token" },
          readOnly: true,
          init: false,
          restart: "on-failure",
          stopGraceSeconds: 1,
          health: { within: 60 },
        },
      },
    });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);
    await workspace.secret("prod", "token", token);
  });
  after(() => workspace.dispose());

  /** Runs a card with nothing of ours in reach. */
  function asPrinted(script: string, input = ""): Promise<Ended> {
    const file = join(workspace.folder, "card.sh");
    writeFileSync(file, script);
    return run("sh", [file], { env: { PATH: path }, input });
  }

  async function good(running: Promise<Ended>): Promise<Ended> {
    const ended = await running;
    expect(ended.exitCode, ended.text).to.equal(0);
    return ended;
  }

  async function cards(): Promise<Cards> {
    const words = ["stack", "output", "card", "--json", "--show-secrets", "--stack", "prod"];
    return JSON.parse((await good(workspace.pulumi(...words))).stdout) as Cards;
  }

  const knowngood = (env: NodeJS.ProcessEnv, ...words: string[]) =>
    run(process.execPath, [join(workspace.folder, "node_modules", ".bin", "knowngood"), ...words], {
      cwd: workspace.folder,
      env,
    });
  const unchanged = /Resources:\n\s+\d+ unchanged\n/;

  /** By container: which it is, and since when it runs or does not. */
  async function touchedAt(): Promise<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(await workspace.containers()).map(([name, { Id, State }]) => [
        name,
        [Id, State.StartedAt, State.Status],
      ]),
    );
  }

  let asReleased: Record<string, InspectedContainer>;
  let script: string;

  it("is left by an up that ends well: in an output, which does not fill the screen, and in a file", async () => {
    const first = await good(workspace.up("prod"));
    expect(first.text).to.match(/\bcard +: \[secret\]/);
    asReleased = await workspace.containers();
    expect((await cards()).lastKnownGood).to.equal(undefined);
    await workspace.target("prod", "v2");
    const up = await good(workspace.up("prod"));
    expect(up.text).not.to.contain("docker create");
    const { lastKnownGood, present } = await cards();
    expect([lastKnownGood?.release, present?.release]).to.deep.equal(["v1", "v2"]);
    script = lastKnownGood?.script ?? "";
    expect(script).to.contain("what v1 meets in it is compatible");
    const file = join(workspace.folder, ".knowngood", "card", "knowngood-prod.sh");
    expect(readFileSync(file, "utf8")).to.equal(script);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    // Quoting would change the first line, not the second.
    expect(script).not.to.contain("and a second line");
  });

  it("is printed by knowngood, from the state, and from the file where that is out of reach", async () => {
    const fromState = await good(knowngood(workspace.env, "card", "--stack", "prod"));
    expect(fromState.stdout).to.equal(script);
    expect(fromState.stderr).to.equal("");
    const present = await good(knowngood(workspace.env, "card", "--stack", "prod", "--tag", "v2"));
    expect(present.stdout).to.equal((await cards()).present?.script);
    const away = { ...workspace.env, PULUMI_BACKEND_URL: `file://${workspace.folder}/gone` };
    const fromFile = await good(knowngood(away, "card", "--stack", "prod"));
    expect(fromFile.stdout).to.equal(script);
    expect(fromFile.stderr)
      .to.contain("The stack's state could not be asked (")
      .and.to.contain("knowngood-prod.json");
  });

  it("brings back v1 as it was, with its secrets, which no command line shows", async () => {
    const before = await workspace.containers();
    const ran = await good(asPrinted(script));
    expect(ran.text).to.contain("v1 runs.").and.to.contain("pulumi config set adopt true --stack prod");
    expect(await answerOf(port)).to.equal(`v1 of ${workspace.prefix}`);
    const after = await workspace.containers();
    for (const name of ["prod-api", "prod-worker"]) {
      expect(described(after[name]), name).to.deep.equal(described(asReleased[name]));
      expect(after[name]?.Config.Labels[labels.release]).to.equal("v1");
      expect(after[name]?.Config.Labels[labels.byHand]).to.match(/^\d{4}-\d\d-\d\dT[\d:]+Z$/);
      const kept = Object.keys(after).find((other) => other.startsWith(`${name}-before-`)) ?? "";
      expect([after[kept]?.Id, after[kept]?.State.Running]).to.deep.equal([before[name]?.Id, false]);
    }
    expect(after["prod-api"]?.Config.Env).to.include(`TOKEN=${token}`);
    expect(after["prod-worker"]?.Config.Env).to.include(`KEY=${token}`);
    const words = readFileSync(argumentsFile, "utf8");
    expect(words).to.contain("GREETING=");
    expect(words).not.to.contain("and a second line");
    const again = await good(asPrinted(script));
    expect(again.text).to.contain("Made by hand: nothing");
    expect(Object.keys(await workspace.containers())).to.have.length(4);
  });

  it("is told, and an up that would undo what it did is refused", async () => {
    const before = await touchedAt();
    const refused = await workspace.up("prod");
    expect(refused.exitCode, refused.text).not.to.equal(0);
    expect(refused.text).to.contain("By hand: api runs v1 sha256:").and.to.contain("; the state holds v2.");
    expect(refused.text).to.contain(
      "pulumi config set imageTag v1 --stack prod && pulumi config set adopt true --stack prod",
    );
    expect(refused.text).to.contain("pulumi config set adopt false --stack prod");
    expect(await touchedAt()).to.deep.equal(before);
  });

  it("is taken as it is with adopt, recorded, and v2 is quarantined; afterwards adopt has nothing to do", async () => {
    await workspace.target("prod", "v1");
    await good(workspace.pulumi("config", "set", "adopt", "true", "--stack", "prod"));
    const preview = await good(workspace.preview("prod"));
    expect(preview.text).to.contain("knowngood/prod: v1 runs by hand, and is adopted");
    expect(preview.text).to.contain("By hand: worker runs v1 sha256:");
    expect(preview.text).to.contain("v2 is quarantined from then on");
    await good(workspace.up("prod"));
    const after = await workspace.containers();
    expect(Object.keys(after).sort()).to.deep.equal(["prod-api", "prod-worker"]);
    expect(after["prod-api"]?.Config.Labels).not.to.have.property(labels.byHand);
    expect(described(after["prod-api"])).to.deep.equal(described(asReleased["prod-api"]));
    expect(await answerOf(port)).to.equal(`v1 of ${workspace.prefix}`);
    const records = readFileSync(join(workspace.folder, ".knowngood", "records.jsonl"), "utf8")
      .trim()
      .split("\n");
    const record = JSON.parse(records.at(-1) ?? "") as ReleaseRecord;
    expect([record.direction, record.from.tag, record.outcome]).to.deep.equal(["rollback", "v2", "passed"]);
    expect(record.yours).to.include("Payments go through");
    expect(record.adopted?.api?.tag).to.equal("v1");
    expect(record.gates.map(({ outcome }) => outcome)).to.deep.equal(["passed", "passed"]);

    const again = await good(workspace.up("prod"));
    expect(again.text).to.match(unchanged);
    await workspace.target("prod", "v2");
    const back = await workspace.preview("prod");
    expect(back.exitCode, back.text).not.to.equal(0);
    expect(back.text).to.contain("v2 is quarantined: the stack was rolled back from it");
    expect(back.text).to.contain("The setting adopt does nothing here: nothing was done by hand.");
    await workspace.target("prod", "v1");
    await good(workspace.pulumi("config", "rm", "adopt", "--stack", "prod"));
  });

  it("asks for the secrets where every container is gone, and the next up takes over what it made", async () => {
    const lost = Object.values(await workspace.containers()).map(({ Id }) => Id);
    await good(workspace.docker("rm", "--force", ...lost));
    await good(workspace.docker("network", "rm", `${workspace.prefix}-prod`));
    const present = (await cards()).present?.script ?? "";
    const nothing = await asPrinted(present);
    expect(nothing.exitCode).to.equal(1);
    expect(nothing.text).to.contain("card: there is no value for the secret token; nothing was touched");
    expect(await workspace.containers()).to.deep.equal({});

    const volume = `${workspace.prefix}-prod-data`;
    await good(workspace.docker("volume", "rm", volume));
    const lostData = await asPrinted(present);
    expect(lostData.text).to.contain(`card: the volume ${volume} is not there`);
    const make = /for an empty volume: docker (.*)/.exec(lostData.text)?.[1] ?? "";
    await good(workspace.docker(...make.split(" ")));

    const file = join(workspace.folder, "token");
    writeFileSync(file, token);
    await good(asPrinted(present, `@${file}\n`));
    expect(await answerOf(port)).to.equal(`v1 of ${workspace.prefix}`);
    const made = await workspace.containers();
    expect(made["prod-api"]?.Config.Env).to.include(`TOKEN=${token}`);
    expect(described(made["prod-worker"])).to.deep.equal(described(asReleased["prod-worker"]));

    // The same images as the stack's own: nothing is undone, so nothing stands in the way.
    await good(workspace.up("prod"));
    expect((await workspace.containers())["prod-api"]?.Config.Labels).not.to.have.property(labels.byHand);
    expect((await good(workspace.up("prod"))).text).to.match(unchanged);
  });
});

/** All of a container that its settings and its release make. */
function described(container: InspectedContainer | undefined): unknown {
  if (container === undefined) return undefined;
  const { Config, HostConfig, Mounts, NetworkSettings } = container;
  const own = Object.entries(Config.Labels).filter(([label]) => label !== labels.byHand);
  const {
    Binds,
    PortBindings,
    RestartPolicy,
    Memory,
    MemorySwap,
    NanoCpus,
    ReadonlyRootfs,
    Init,
    Privileged,
  } = HostConfig;
  const config = Config as unknown as Record<string, unknown>;
  return {
    labels: own.sort(),
    image: Config.Image,
    env: [...Config.Env].sort(),
    ...{ words: [config.Entrypoint, config.Cmd].flat(), user: config.User },
    ...{ signal: Config.StopSignal, grace: Config.StopTimeout },
    ...{ RestartPolicy, Memory, MemorySwap, NanoCpus, ReadonlyRootfs, Init, Privileged },
    binds: [...((Binds as string[] | null) ?? [])].sort(),
    ports: Object.entries(PortBindings ?? {}),
    mounts: Mounts.map(({ Name, Destination, RW }) => [Name, Destination, RW]).sort(),
    networks: Object.entries(NetworkSettings.Networks).map(([name, { Aliases }]) => [
      name,
      (Aliases ?? []).filter((alias) => !container.Id.startsWith(alias)),
    ]),
  };
}
