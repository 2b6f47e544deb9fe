import { expect } from "chai";
import fc from "fast-check";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quoted } from "../../components/ownCommand";
import { digest } from "../history/states";
import { fakeDocker, type FakeDocker } from "../gates/fakeDocker";
import { cards, meeting, services } from "./cards";

describe("a word in a card", () => {
  it("is what the shell is given, whatever it holds", () => {
    const word = fc.string({
      unit: fc.oneof(fc.constantFrom(...`'"\\$\`!*?~#;&|<>(){}[]= \t\n`), fc.string()),
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const given = words.map((one) => one.replaceAll("\0", ""));
        const { stdout } = spawnSync("sh", [], { input: `printf '%s\\0' ${given.map(quoted).join(" ")}` });
        expect(stdout.toString("utf8").split("\0").slice(0, -1)).to.deep.equal(given);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a card that is run", () => {
  let folder: string;
  let docker: FakeDocker;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-card-"));
    docker = fakeDocker(folder);
    docker.script("info", "echo ABCD:EFGH");
    docker.script("inspect", "exit 1");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a card from a file, or as pasted into a terminal. */
  function run(text: string, { pasted = false, piped = false, input = "", env = {} } = {}) {
    writeFileSync(join(folder, "card.sh"), text);
    const words = pasted ? ["-i"] : piped ? [] : [join(folder, "card.sh")];
    const { status, stdout, stderr } = spawnSync("sh", words, {
      input: pasted || piped ? text : input,
      env: { PATH: `${docker.bin}:/usr/bin:/bin`, ...env },
      encoding: "utf8",
    });
    const touching = /\|(stop|rename|rm|create|start|update|network create|pull)\b/;
    return { status, text: stdout + stderr, touched: docker.calls().filter((call) => touching.test(call)) };
  }
  const script = (...given: Parameters<typeof cards>) => cards(...given).lastKnownGood?.script ?? "";
  const program = (name: string, shell: string) =>
    writeFileSync(join(docker.bin, name), `#!/bin/sh\n${shell}\n`, { mode: 0o755 });
  /** What every container says of itself: `State.Running`, `State.Restarting`, digest. */
  const everyContainer = (state: string) =>
    docker.script(
      "inspect",
      `case "$*" in *knowngood.stack*) echo +shop/prod ;; *container*) echo "${state}" ;; *Restarting*) echo true false ;; *) exit 1 ;; esac`,
    );
  /** The one service of a card that asks for nothing. */
  const api = { ...services.api, secrets: {}, networks: [] };

  it("does nothing where it is read from standard input: what it asks for would be its own next lines", () => {
    const breaking = script({}, meeting("breaking"));
    for (const text of [script(), breaking]) {
      const { status, text: said, touched } = run(text, { piped: true });
      expect(said).to.equal(
        "card: nothing was touched: a card runs from a file, not from standard input. Save it, then: sh card.sh\n",
      );
      expect([status, touched, docker.calls()]).to.deep.equal([1, [], []]);
    }
  });

  it("stops before anything is touched where a volume is lost, or a name is another's", () => {
    const given = script({ services: { api } });
    docker.script("volume", "exit 1");
    const lost = run(given);
    expect(lost.text).to.contain(
      "card: the volume shop-prod-uploads is not there, and the service would start without its data; nothing was touched.",
    );
    expect([lost.status, lost.touched]).to.deep.equal([1, []]);
    docker.script("volume", "");
    for (const [label, said] of [
      ["", "not there"],
      ["blog/prod", "blog/prod"],
    ]) {
      docker.script("inspect", `echo +${label}`);
      const taken = run(given);
      expect(taken.text).to.contain(
        `card: the container shop-prod-api is not this stack's (its label knowngood.stack is ${said}); nothing was touched.`,
      );
      expect([taken.status, taken.touched]).to.deep.equal([1, []]);
    }
  });

  it("leaves alone what runs the image, but for a crash loop and where it is to be made anew", () => {
    const given = script({ services: { api: { ...api, health: { exec: ["true"] } } } });
    everyContainer(`true false ${digest("a")}`);
    const left = run(given);
    expect(left.text).to.contain("its settings were not compared. To make it anew: FORCE=yes");
    expect([left.status, left.touched]).to.deep.equal([0, []]);
    expect(run(given, { env: { FORCE: "yes" } }).text).to.contain("Made by hand: shop-prod-api");
    everyContainer(`true true ${digest("a")}`);
    expect(run(given).text).to.contain("Made by hand: shop-prod-api");
  });

  it("says how to put back what ran, wherever it ends half-way", () => {
    const given = script({ services: { api: { ...api, health: { exec: ["false"], within: 1 } } } });
    everyContainer("true false sha256:other");
    docker.script("rename", "exit 1");
    const unmoved = run(given);
    expect(unmoved.text).to.contain(
      "card: shop-prod-api can't be moved out of the way. If it was stopped: docker update --restart unless-stopped shop-prod-api && docker start shop-prod-api",
    );
    docker.script("rename", "");
    docker.script("exec", "exit 1");
    const sick = run(given);
    expect([unmoved.status, sick.status]).to.deep.equal([1, 1]);
    expect(sick.text).to.contain("card: shop-prod-api is not healthy");
    expect(sick.text).to.match(
      /Made by hand: shop-prod-api\nKept, stopped: shop-prod-api-before-\S+\nTo put back what ran before:\n {2}docker rm --force shop-prod-api; docker rename/,
    );
    expect(sick.text)
      .to.contain("To tell knowngood that v1 runs")
      .and.to.contain("  pulumi config set adopt true --stack prod\n");
    expect(sick.text).not.to.contain("\nv1 runs.");
  });

  it("waits for health for as long as the settings say, and ends a probe that hangs", () => {
    const exec = ["probe"];
    const given = script({ services: { api: { ...api, health: { exec, within: 120 } } } });
    // A minute goes by with each look at the clock.
    program(
      "date",
      `[ "$1" = +%s ] || exec /bin/date "$@"
now=$(($(cat '${folder}/now' 2>/dev/null || echo 0) + 60)); echo $now >'${folder}/now'; echo $now`,
    );
    program("sleep", "");
    everyContainer("");
    docker.script("exec", "exec /bin/sleep 50");
    const { status, text } = run(given);
    expect(status).to.equal(1);
    expect(docker.calls().filter((call) => call === "|exec shop-prod-api probe")).to.have.length.below(3);
    expect(text).to.contain("card: shop-prod-api is not healthy");
  });

  it("stops at another engine, also line by line, and goes on where that is meant", () => {
    docker.script("info", "echo WXYZ");
    for (const pasted of [false, true]) {
      const { status, text, touched } = run(script(), { pasted });
      expect(text).to.contain(
        "card: this engine (WXYZ) is not the stack's (ABCD:EFGH); nothing was touched.",
      );
      expect(touched).to.deep.equal([]);
      if (!pasted) expect(status).to.equal(1);
    }
    docker.script("image", "exit 1");
    expect(run(script(), { env: { ENGINE: "any" } }).touched.join()).to.contain("|pull acme/api@");
  });

  it("takes the local engine where it is the stack's, and else the one of the settings", () => {
    docker.script("info", '[ -n "$DOCKER_HOST" ] && echo ABCD:EFGH || echo LOCAL');
    run(script());
    expect(docker.calls()[0]).to.match(/^\|info/);
    expect(docker.calls().at(-1)).to.match(/^unix:\/\/\/run\/docker\.sock\|/);
    docker.script("info", "");
    expect(run(script()).text).to.contain("card: the Docker engine does not answer; nothing was touched");
  });

  it("wants a yes where the release breaks on the schema", () => {
    const breaking = script({}, meeting("breaking"));
    const refused = run(breaking, { input: "y\n" });
    expect(refused.text)
      .to.contain("v1 is breaking")
      .and.to.contain("card: not confirmed; nothing was touched");
    expect([refused.status, refused.touched]).to.deep.equal([1, []]);
    docker.script("image", "exit 1");
    docker.script("pull", "exit 1");
    const answers = [{ input: "yes\n" }, { env: { CONFIRM: "yes" } }];
    for (const answer of answers)
      expect(run(breaking, answer).text).to.contain(`can't be had; nothing was touched`);
  });

  it("stops before anything is touched where a network or a secret is not to be had", () => {
    docker.script("network", '[ "$3" != shared ] || exit 1');
    expect(run(script()).text).to.contain("card: the network shared is not there");
    docker.script("network", "");
    const { status, text, touched } = run(script());
    expect(text).to.contain("No container has the secret apiToken (api:TOKEN) any more.");
    expect([status, touched]).to.deep.equal([1, []]);
  });

  it("gives a secret by its name, with all that it holds, and says how what ran is put back", () => {
    docker.script("create", 'printf "%s" "$TOKEN" >> "$here/seen"; exit 1');
    everyContainer("true false sha256:other");
    const { status, text, touched } = run(script(), { input: '@@it\'s "$HOME" `id`\\n\nsecond\n' });
    expect(status).to.equal(1);
    expect(touched.slice(0, 2)).to.deep.equal(["|stop shop-prod-api", "|update --restart no shop-prod-api"]);
    expect(text).to.match(
      /can't be started\n(.*\n)*To put back what ran before:\n {2}docker rm --force shop-prod-api; docker rename shop-prod-api-before-\S+ shop-prod-api && docker update --restart unless-stopped shop-prod-api && docker start shop-prod-api/,
    );
    expect(spawnSync("cat", [join(folder, "seen")]).stdout.toString()).to.equal('@it\'s "$HOME" `id`\\n');
    expect(docker.calls().join("\n")).not.to.contain('it\'s "$HOME"');
  });

  it("asks by curl, with the settings' headers and statuses, and ends with the logs of what is not healthy", () => {
    everyContainer("");
    const curl = (status: number) => program("curl", `echo "$*" >>'${folder}/asked'\necho ${status}`);
    const given = script({ services: { api: { ...api, health: { ...services.api.health, within: 1 } } } });
    curl(204);
    const good = run(given);
    expect([good.status, good.text]).to.deep.equal([
      0,
      [
        "shop-prod-api is started.",
        "shop-prod-api is healthy.",
        "v1 runs.",
        "Made by hand: shop-prod-api",
        "Kept, stopped: nothing",
        "To tell knowngood that v1 runs, once Pulumi can be used again:",
        "  pulumi config set imageTag v1 --stack prod",
        "  pulumi config set adopt true --stack prod",
        "  pulumi up --stack prod",
        "  pulumi config rm adopt --stack prod",
        "",
      ].join("\n"),
    ]);
    expect(readFileSync(join(folder, "asked"), "utf8")).to.equal(
      "--silent --output /dev/null --max-time 5 --write-out %{http_code} --header Accept: text/html; q=1 http://127.0.0.1:8080/health?deep=1&fast\n",
    );
    curl(503);
    const bad = run(given);
    expect(bad.status).to.equal(1);
    expect(bad.text).to.contain("card: shop-prod-api is not healthy; its last log lines are above");
    expect(bad.text).not.to.contain("\nv1 runs.");
    expect(docker.calls().at(-1)).to.equal("|logs --tail 20 shop-prod-api");
  });
});
