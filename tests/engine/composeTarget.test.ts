import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { HostKeyMismatch, HostUnreachable } from "../../hosts/errors";
import { composeTarget, type ComposeTarget } from "../../targets/compose/composeTarget";
import { ReleaseFailed, TargetError, type Wanted } from "../../targets/target";
import { startSshServer, wireTo, type SshServer } from "../hosts/sshServer";
import { ComposeProject, shopFile, wantedOf } from "./composeProject";

describe("a compose project on a host", function () {
  let project: ComposeProject;
  let server: SshServer;
  let target: ComposeTarget;
  const releases: Record<"v1" | "v2" | "bad", Wanted[]> = { v1: [], v2: [], bad: [] };
  const told: string[] = [];
  const tell = (line: string) => void told.push(line);
  const others = ["db-1", "migrate-1", "tunnel-1"];

  before(async function () {
    // Compose may have to be built.
    this.timeout(900_000);
    project = new ComposeProject();
    await project.make(shopFile);
    project.write(".env", "GREETING=good morning\n");
    server = await startSshServer({ environment: project.environment });
    target = composeTarget(project.settings(), server.host);
    const [app1, app2, bad, worker] = await Promise.all([
      project.image("app", "v1"),
      project.image("app", "v2"),
      project.image("app", "bad", "echo 'fatal: no such column'; exit 3"),
      project.image("worker", "v1"),
      project.image("db", "v1"),
      project.image("tunnel", "v1"),
      project.image("migrate", "v1", "echo migrated"),
    ]);
    releases.v1 = wantedOf("v1", { app: app1, worker });
    releases.v2 = wantedOf("v2", { app: app2, worker });
    releases.bad = wantedOf("bad", { app: bad, worker });
    await project.compose("up", "-d", "--wait");
  });

  beforeEach(() => told.splice(0));

  after(async () => {
    await project?.dispose();
    await server?.stop();
  });

  const ids = async () =>
    Object.fromEntries(Object.entries(await project.containers()).map(([name, { id }]) => [name, id]));
  const digests = async () => (await target.look(releases.v1)).map(({ digest }) => digest);

  it("is recognised as the team had started it, by tag", async () => {
    const { "app-1": app, "worker-1": worker } = await ids();
    const found = await target.look(releases.v1);
    expect(found.map(({ service, digest, instance }) => [service, digest, instance])).to.deep.equal([
      ["app", releases.v1[0]?.digest, app],
      ["worker", releases.v1[1]?.digest, worker],
    ]);
    expect(found[0]?.state).to.include({ status: "running", restarts: 0, health: "healthy" });
    expect(found[1]?.state).to.include({ status: "running" }).and.not.have.property("health");
    expect(await target.obstacles(releases.v1)).to.deep.equal([]);
    expect(await target.present(releases.v2)).to.deep.equal(["worker"]);
    expect(await target.logs("app", 5)).to.equal("v1 listens\n");
  });

  it("goes forward: images fetched before, only what differs replaced, nothing else touched", async () => {
    const before = await project.containers();
    const files = project.files();
    await target.fetch(releases.v2, tell);
    expect(await project.containers()).to.deep.equal(before);
    expect(project.files()).to.deep.equal(files);
    expect(await target.present(releases.v2)).to.deep.equal(["app", "worker"]);

    const found = await target.switchTo(releases.v2, tell);
    expect(found.map(({ digest }) => digest)).to.deep.equal(releases.v2.map(({ digest }) => digest));
    const after = await project.containers();
    for (const name of ["worker-1", ...others]) expect(after[name], name).to.deep.equal(before[name]);
    expect(after["app-1"]?.id).to.equal(found[0]?.instance).and.not.equal(before["app-1"]?.id);
    expect(told).to.include(`Container ${project.name}-app-1 Recreate`);
    const { ".knowngood/lock": lock, ".knowngood/release.override.yml": override, ...left } = project.files();
    expect(left).to.deep.equal(files);
    expect(lock).to.match(/^process \d+ since /);
    expect(override).to.contain(`image: ${releases.v2[0]?.from}@${releases.v2[0]?.digest}`);
    const environment = await project.docker(
      "inspect",
      "--format",
      "{{json .Config.Env}}",
      found[0]?.instance ?? "",
    );
    expect(JSON.parse(environment)).to.include.members(["GREETING=good morning", "VERSION=v2"]);
  });

  it("is left alone by the same release, and asks no registry for it", async () => {
    const before = await project.containers();
    const files = project.files();
    await target.fetch(releases.v2, tell);
    await target.switchTo(releases.v2, tell);
    expect(told).to.deep.equal([]);
    expect(await project.containers()).to.deep.equal(before);
    expect({ ...project.files(), ".knowngood/lock": "" }).to.deep.equal({ ...files, ".knowngood/lock": "" });
  });

  it("tells a bad release with its last words, and stays as it is", async () => {
    const before = await project.containers();
    await target.fetch(releases.bad, tell);
    const failure = await target.switchTo(releases.bad, tell).then(
      () => expect.fail("a release that ends at once must not pass"),
      (error: unknown) => error as ReleaseFailed,
    );
    expect(failure).to.be.instanceOf(ReleaseFailed);
    expect(failure.message)
      .to.match(new RegExp(`^app could not be brought to bad in ${project.folder} on ssh://.*app-1`))
      .and.contain("; app: exited, exit code 3, 0 restarts")
      .and.contain("; the project is left as it is");
    expect(failure.output).to.equal("fatal: no such column");
    const after = await project.containers();
    expect(after["app-1"]).to.include({ state: "exited" });
    for (const name of ["worker-1", ...others]) expect(after[name], name).to.deep.equal(before[name]);
    expect(project.files()[".knowngood/release.previous.yml"]).to.contain(releases.v2[0]?.digest);
  });

  it("goes back by tag, as the emergency card has it too", async () => {
    await target.fetch(releases.v1, tell);
    expect(told).to.deep.equal([]);
    await target.switchTo(releases.v1, tell);
    expect(await digests()).to.deep.equal(releases.v1.map(({ digest }) => digest));
    const { "worker-1": adopted, ...before } = await ids();
    const answer = await target.exec(
      "app",
      ["wget", "-q", "-O", "-", "http://127.0.0.1:8080/health"],
      20_000,
    );
    expect(answer).to.deep.equal({ exitCode: 0, output: "v1" });
    await project.sh(target.byHand(releases.v1).join("\n"));
    // Only what was still as the team had started it, by tag, is made anew.
    const { "worker-1": worker, ...after } = await ids();
    expect(after).to.deep.equal(before);
    expect(worker).not.to.equal(adopted);
    await project.sh(target.byHand(releases.v2).join("\n"));
    expect(await digests()).to.deep.equal(releases.v2.map(({ digest }) => digest));
    // The container in which a command ran last is gone.
    expect((await target.exec("app", ["cat", "/www/health"], 20_000)).output).to.equal("v2");
    expect(await target.exec("app", ["sh", "-c", "echo no >&2; exit 7"], 20_000)).to.deep.equal({
      exitCode: 7,
      output: "no\n",
    });
  });

  it("starts what the release can't do without, and runs no migration again", async () => {
    await target.stop(["app", "worker"], tell);
    expect((await target.look(releases.v2)).map(({ state }) => state.status)).to.deep.equal([
      "exited",
      "exited",
    ]);
    await project.compose("stop", "db", "tunnel");
    const before = await project.containers();
    await target.switchTo(releases.v2, tell);
    const after = await project.containers();
    expect(after["db-1"]).to.deep.equal({ ...before["db-1"], state: "running" });
    expect(after["tunnel-1"]).to.deep.equal(before["tunnel-1"]);
    expect(await project.docker("logs", after["migrate-1"]?.id ?? "")).to.equal("migrated");
    await project.compose("start", "tunnel");
  });

  it("converges after it was interrupted at any step, whoever stopped it", async () => {
    const before = await project.containers();
    for (const [step, way, release] of [
      ["Recreate", "cut", "v1"],
      ["Recreated", "abort", "v2"],
    ] as const) {
      const abort = new AbortController();
      const wire = await wireTo(server.port);
      const host = {
        ...server.host,
        address: server.address.replace(String(server.port), String(wire.port)),
      };
      const interrupted = composeTarget(project.settings(), host, { signal: abort.signal });
      const stopAt = (line: string) => {
        if (line.endsWith(`app-1 ${step}`)) void (way === "abort" ? abort.abort() : wire.cut());
      };
      await interrupted.switchTo(releases[release], stopAt).then(
        () => expect.fail(`not interrupted at ${step}`),
        (error: unknown) =>
          expect(way === "abort" || error instanceof HostUnreachable, String(error)).to.equal(true),
      );
      await wire.close();
      await target.switchTo(releases[release], tell);
      expect(await digests(), step).to.deep.equal(releases[release].map(({ digest }) => digest));
      const after = await project.containers();
      expect(Object.keys(after).sort(), step).to.deep.equal(Object.keys(before).sort());
      for (const name of ["worker-1", ...others]) expect(after[name], name).to.deep.equal(before[name]);
    }
  });

  it("is changed by one at a time", async () => {
    const holder = spawn("flock", [`${project.folder}/.knowngood/lock`, "cat"], {
      stdio: ["pipe", "inherit", "inherit"],
    });
    try {
      while ((await target.obstacles(releases.v1)).length === 0) await sleep(50);
      expect((await target.obstacles(releases.v1)).join()).to.contain(
        "another change of the project is under way",
      );
      const waits = target.switchTo(releases.v1, (line) => {
        tell(line);
        if (line.startsWith("waits for another change")) holder.stdin.end();
      });
      await waits;
      expect(told).to.include("waits for another change of the project to end");
      expect(await digests()).to.deep.equal(releases.v1.map(({ digest }) => digest));
    } finally {
      holder.kill();
      if (holder.exitCode === null) await once(holder, "exit");
    }
  });

  it("is not touched where the folder is full, or may only be read", async function () {
    const own = `${project.folder}/.knowngood`;
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", own], { stdio: "ignore" });
    } catch {
      // Only the administrator may.
      this.skip();
    }
    try {
      const before = await project.containers();
      writeFileSync(`${own}/more`, "x".repeat(4096));
      expect((await target.obstacles(releases.v2)).join()).to.match(
        /^0 bytes are free for .*, and 8192 are needed/,
      );
      const failure = await target.switchTo(releases.v2, tell).catch((error: Error) => error);
      expect(failure).to.be.instanceOf(TargetError);
      expect((failure as Error).message).to.contain("Nothing that runs was touched.");
      execFileSync("mount", ["-o", "remount,ro", own]);
      expect((await target.obstacles(releases.v2)).join()).to.contain(`may not write into ${project.folder}`);
      expect(await project.containers()).to.deep.equal(before);
    } finally {
      execFileSync("umount", [own]);
    }
    expect(await target.obstacles(releases.v2)).to.deep.equal([]);
  });

  it("restarts one service alone", async () => {
    const [before, startedBefore] = [await ids(), await started()];
    const found = await target.restart("app");
    expect(found.instance).to.equal(before["app-1"]);
    expect(await ids()).to.deep.equal(before);
    const after = await started();
    expect(after["app-1"]).not.to.equal(startedBefore["app-1"]);
    expect({ ...after, "app-1": "" }).to.deep.equal({ ...startedBefore, "app-1": "" });
  });

  it("can't be reached, or is another machine: told by every step, with nothing touched", async () => {
    const wire = await wireTo(server.port);
    await wire.close();
    const away = { ...server.host, address: server.address.replace(String(server.port), String(wire.port)) };
    const stranger = { ...server.host, hostKeys: [`${server.hostKey.slice(0, -8)}AAAAAAAA`] };
    const before = await project.containers();
    for (const [host, kind] of [
      [away, HostUnreachable],
      [stranger, HostKeyMismatch],
    ] as const) {
      const lost = composeTarget(project.settings(), host);
      for (const step of [
        () => lost.obstacles(releases.v2),
        () => lost.present(releases.v2),
        () => lost.fetch(releases.v2, tell),
        () => lost.look(releases.v2),
        () => lost.switchTo(releases.v2, tell),
        () => lost.logs("app", 5),
        () => lost.exec("app", ["true"], 20_000),
        () => lost.restart("app"),
      ])
        await step().then(
          () => expect.fail("reached"),
          (error: unknown) => expect(error).to.be.instanceOf(kind),
        );
    }
    expect(await project.containers()).to.deep.equal(before);
  });

  const started = async () => {
    const entries = Object.entries(await ids()).map(async ([name, id]) => [
      name,
      await project.docker("inspect", "--format", "{{.State.StartedAt}}", id),
    ]);
    return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
  };
});
