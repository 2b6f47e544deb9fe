import { expect } from "chai";
import { RegistryError } from "../../catalog/registry";
import { judgeBackend } from "../../doctor/backend";
import { judgeClock } from "../../doctor/clock";
import { judgeDisk } from "../../doctor/disks";
import { judgeEngine } from "../../doctor/dockerEngine";
import { allThere, type Finding, type Outcome } from "../../doctor/finding";
import { judgeGit } from "../../doctor/git";
import { judgeGitHub, type GitHubAnswer } from "../../doctor/github";
import type { GitHubUse } from "../../doctor/githubUses";
import { judgeNode } from "../../doctor/node";
import { judgePlugin } from "../../doctor/plugins";
import { judgePulumi } from "../../doctor/pulumiCli";
import { judgeRecordFolder } from "../../doctor/recordFolder";
import { imagesByRegistry, judgeRegistry } from "../../doctor/registries";
import { judgeSecrets } from "../../doctor/secrets";
import { NoStackSelected, NoSuchStack } from "../../stack/stackSettings";
import { judgeStack } from "../../doctor/stack";
import { isAtLeast } from "../../toolchain/programs.mjs";

const short = ({ outcome, found }: Finding) => `${outcome}: ${found}`;

describe("doctor, what is judged of", () => {
  it("Node.js: the oldest version that suffices, and one below it", () => {
    expect(judgeNode("20.19.0", ">=20.19", isAtLeast).outcome).to.equal("ok");
    expect(short(judgeNode("20.18.9", ">=20.19", isAtLeast))).to.equal(
      "wrong: 20.18.9, where 20.19 or newer is needed",
    );
  });

  it("Pulumi: missing, too old, without its language host, there", () => {
    const needs = { oldest: "3.248.0", isAtLeast, setUp: "SETUP" };
    const judged = (program: string | undefined, version: string, host: boolean) =>
      judgePulumi({ program, version, host }, needs);
    expect(judged(undefined, "", false)).to.deep.equal({
      check: "Pulumi",
      outcome: "missing",
      found: "there is no pulumi on PATH",
      get: "SETUP   # or Pulumi's own installer: https://www.pulumi.com/docs/install/",
    });
    expect(short(judged("/bin/pulumi", "3.247.9", true))).to.equal(
      "wrong: 3.247.9 (/bin/pulumi), where 3.248.0 or newer is needed",
    );
    expect(short(judged("/bin/pulumi", "3.248.0", false))).to.equal(
      "missing: 3.248.0 (/bin/pulumi) without pulumi-language-nodejs, which runs the program",
    );
    expect(judged("/bin/pulumi", "3.248.0", true).outcome).to.equal("ok");
  });

  it("a plugin: the very version, with the others that are there", () => {
    const docker = { plugin: "docker", version: "5.2.0" };
    expect(judgePlugin(docker, true, ["5.2.0"]).outcome).to.equal("ok");
    expect(judgePlugin(docker, false, ["5.1.0", "5.2.0"])).to.deep.equal({
      check: "Pulumi plugin docker",
      outcome: "missing",
      found: "5.2.0 is not installed, only 5.1.0",
      get: "pulumi plugin install resource docker 5.2.0",
    });
  });

  const backends: readonly [problem: string, expected: Outcome][] = [
    ["PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions", "missing"],
    ['unable to open state directory "file:///nowhere": no such file or directory', "wrong"],
    ["there is no pulumi on PATH; to have it: SETUP", "not asked"],
  ];
  for (const [problem, expected] of backends) {
    it(`the backend, where Pulumi says: ${problem}`, () => {
      expect(judgeBackend({ problem }).outcome).to.equal(expected);
    });
  }

  it("secrets: decrypted, none to try, no passphrase, the wrong one, another provider's trouble", () => {
    const outcomes = [
      { count: 2 },
      { count: 0 },
      { problem: "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or …" },
      { problem: "incorrect passphrase" },
      { problem: "secrets (code=PermissionDenied): kms" },
      { problem: "no stack selected; please use `pulumi stack select`" },
    ].map((asked) => judgeSecrets(asked).outcome);
    expect(outcomes).to.deep.equal(["ok", "not asked", "missing", "wrong", "wrong", "not asked"]);
  });

  it("a stack that nobody selected, and one that there is not", () => {
    expect(short(judgeStack(new NoStackSelected()))).to.equal("missing: no stack is selected");
    expect(judgeStack(new NoSuchStack("x")).get).to.contain("pulumi stack ls");
  });

  it("the engine: none, down, not for this user, there", () => {
    const judged = (...asked: Parameters<typeof judgeEngine>) => judgeEngine(...asked);
    expect(judged("no docker", undefined).outcome).to.equal("missing");
    expect(judged({ problem: "Cannot connect" }, "ssh://a@b").get).to.equal("ssh ssh://a@b docker version");
    expect(judged({ problem: "Cannot connect" }, undefined).get).to.contain("systemctl start docker");
    expect(judged({ problem: "permission denied while trying to connect" }, "").get).to.contain("usermod");
    expect(short(judged({ version: "28.2.2", client: "28.2.1" }, undefined))).to.equal(
      "ok: 28.2.2 at docker's own default, asked by docker 28.2.1",
    );
  });

  it("a registry: that lacks an image, refuses one, is out of reach; a refusal goes first", () => {
    const refused = new RegistryError("unauthorized", "r.example refuses x; try: docker login r.example");
    const away = new RegistryError("unreachable", "https://r.example can't be reached");
    const judged = (...answers: ("there" | "gone" | RegistryError)[]) =>
      judgeRegistry(
        "r.example",
        "v2",
        answers.map((answer, index) => ({ service: `s${index}`, answer })),
      );
    expect(short(judged("there", "there"))).to.equal("ok: gives 2 images of v2");
    expect(short(judged("there", "gone"))).to.equal("missing: it no longer has the image of s1 in v2");
    expect(judged("gone", away).outcome).to.equal("wrong");
    expect(judged(away, refused)).to.deep.equal({
      check: "Registry r.example",
      outcome: "missing",
      found: "r.example refuses x",
      get: "docker login r.example",
    });
    expect(judgeRegistry("docker.io", "v2", [{ service: "a", answer: refused }]).get).to.equal(
      "docker login",
    );
  });

  it("registries: each image once, by who holds it", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const found = imagesByRegistry({
      services: {
        api: { repository: "ghcr.io/acme/shop", digest },
        worker: { repository: "ghcr.io/acme/shop", digest },
        web: { repository: "nginx", digest },
      },
    });
    expect(found.map(({ registry, url, images }) => [registry, url, images.length])).to.deep.equal([
      ["ghcr.io", "https://ghcr.io", 1],
      ["docker.io", "https://registry-1.docker.io", 1],
    ]);
  });

  it("git: its version, or none", () => {
    expect(short(judgeGit("git version 2.39.5\n"))).to.equal("ok: 2.39.5");
    expect(judgeGit(undefined).outcome).to.equal("missing");
  });

  it("a clock: 30 s off is fine, more is a warning that names whose clock says so", () => {
    expect(short(judgeClock([{ source: "ghcr.io", ahead: 30 }]))).to.equal("ok: as ghcr.io say");
    const off = judgeClock([
      { source: "ghcr.io", ahead: 31 },
      { source: "api.github.com", ahead: -95.4 },
      { source: "the Docker engine", ahead: 0 },
    ]);
    expect(short(off)).to.equal("warning: 31 s ahead of ghcr.io, 95 s behind api.github.com");
    expect(judgeClock([]).outcome).to.equal("not asked");
  });

  it("a disk: full from the limit on, never where the limit is 0", () => {
    const filesystem = (used: number) => ({ name: "/", used, free: 100 - used });
    expect(judgeDisk("Disk", filesystem(79), 80).outcome).to.equal("ok");
    expect(short(judgeDisk("Disk", filesystem(80), 80))).to.equal(
      "warning: 80 % used, 20 bytes free on /, where the limit is 80 %",
    );
    expect(judgeDisk("Disk", filesystem(99), 0).outcome).to.equal("ok");
  });

  it("the folder of records: a file in its place, no right to write", () => {
    const judged = (isFolder: boolean, problem?: string) =>
      judgeRecordFolder(".knowngood", { path: "/p", isFolder, problem });
    expect(judged(true).outcome).to.equal("ok");
    expect(short(judged(true, "EACCES"))).to.equal("wrong: nothing can be written to /p (EACCES)");
    expect(short(judged(false))).to.equal("wrong: /p is no folder");
  });

  it("everything: a warning and what was not asked stand in nobody's way", () => {
    const of = (...outcomes: Outcome[]) =>
      allThere(outcomes.map((outcome) => ({ check: "x", outcome, found: "" })));
    expect(of("ok", "warning", "not asked")).to.equal(true);
    expect(of("ok", "missing")).to.equal(false);
    expect(of("wrong")).to.equal(false);
  });
});

describe("doctor, what is judged of GitHub's answer", () => {
  const use: GitHubUse = {
    setting: "record.postmortem",
    api: "https://api.github.com",
    repository: "acme/shop",
    as: { secret: "githubToken" },
    needs: "issues",
  };
  const repository = { private: true, issues: true, push: true, scopes: ["repo"], refused: undefined };
  const rows: readonly [what: string, answer: GitHubAnswer, needs: GitHubUse["needs"], expected: Outcome][] =
    [
      ["a classic token with repo", repository, "issues", "ok"],
      [
        "public_repo, for a private repository",
        { ...repository, scopes: ["public_repo"] },
        "issues",
        "missing",
      ],
      [
        "public_repo, for a public one",
        { ...repository, private: false, scopes: ["public_repo"] },
        "issues",
        "ok",
      ],
      ["no scope, for checks of a public one", { ...repository, private: false, scopes: [] }, "checks", "ok"],
      [
        "no scope, for issues of a public one",
        { ...repository, private: false, scopes: [] },
        "issues",
        "missing",
      ],
      ["a fine-grained token that reads them", { ...repository, scopes: undefined }, "issues", "ok"],
      ["one that does not", { ...repository, scopes: undefined, refused: "HTTP 403" }, "checks", "missing"],
      ["a repository that it may write to", repository, "pull requests", "ok"],
      ["one that it may only read", { ...repository, push: false }, "pull requests", "missing"],
      ["one of which GitHub does not say so", { ...repository, push: undefined }, "pull requests", "ok"],
      ["one that it may only read, for issues", { ...repository, push: false }, "issues", "ok"],
      ["issues turned off", { ...repository, issues: false }, "issues", "wrong"],
      ["issues turned off, for checks", { ...repository, issues: false }, "checks", "ok"],
      ["an unknown repository", { problem: "HTTP 404", status: 404 }, "issues", "missing"],
      ["no answer", { problem: "can't be reached" }, "issues", "wrong"],
    ];
  for (const [what, answer, needs, expected] of rows) {
    it(`${what}: ${expected}`, () => {
      expect(judgeGitHub({ ...use, needs }, answer).outcome).to.equal(expected);
    });
  }

  it("names the scope that is lacking, and how to set another token", () => {
    expect(judgeGitHub(use, { ...repository, scopes: ["read:org", "gist"] })).to.deep.equal({
      check: "GitHub for record.postmortem",
      outcome: "missing",
      found: "the token has the scopes read:org, gist, and repo is needed for acme/shop",
      get: "a token with Issues: read and write for acme/shop (classic: repo); pulumi config set --secret githubToken",
    });
  });
});
