import { expect } from "chai";
import { askCi, type CiRequest } from "../../assessment/ciEvidence";
import { catalogOf, glassInState, release, serviceInState, stateOf } from "../history/states";
import { startGitHub, type TestGitHub } from "../github/github";

const v1 = release("v1", 1, { api: "a" });
const v2 = release("v2", 2, { api: "b" });
const v3 = release("v3", 3, { api: "c" });
const catalog = catalogOf(v1, v2, v3);
const running = Promise.resolve(stateOf(...serviceInState("api", "b", "v2", "v2")));

describe("what CI said of the target", () => {
  let github: TestGitHub;
  before(async () => {
    github = await startGitHub();
    await github.run("build", "failure");
    await github.run("test", "success");
  });
  after(() => github.close());

  const ask = (target: typeof v1, more: Partial<CiRequest> = {}, state = running) =>
    askCi(
      {
        target: { ...target, commit: github.commit },
        catalog,
        github: { api: github.url, repository: "acme/shop", token: github.token },
        names: [],
        previewing: true,
        ...more,
      },
      state,
    );

  it("is asked of GitHub on the way forward, and on the way back in a preview", async () => {
    expect((await ask(v3)).found).to.equal("build did not pass");
    expect((await ask(v3, { previewing: false })).verdict).to.equal("failed");
    expect((await ask(v3, { names: ["test"] })).verdict).to.equal("passed");
    expect((await ask(v1)).verdict).to.equal("failed");
  });

  it("is the catalog's word alone where that is enough, or nobody waits for more", async () => {
    const said = async (target: typeof v1, more: Partial<CiRequest> = {}) => (await ask(target, more)).found;
    const silent = (tag: string) => `the catalog does not say whether ${tag} passed`;
    expect(await said({ ...v3, ci: { verdict: "passed" } })).to.equal("the catalog says that v3 passed");
    expect(await said(v1, { previewing: false })).to.equal(silent("v1"));
    expect(await said(v2)).to.equal(silent("v2"));
    expect(await said(v3, { github: undefined })).to.equal(silent("v3"));
    expect(await said(v3, { target: v3 })).to.equal(
      `${silent("v3")}, and the catalog names no commit of it to ask GitHub for`,
    );
  });

  it("is asked of what runs only where that came up without being asked", async () => {
    const owing = async (release: string, guards: string[]) => {
      const owed = { release, guards, reason: "x", since: "2026-03-01T09:00:00.000Z" };
      const { resources } = await running;
      return ask(v2, { previewing: false }, Promise.resolve(stateOf(...resources, glassInState(owed))));
    };
    expect((await owing("v2", ["ci"])).verdict).to.equal("failed");
    expect((await owing("v2", ["commands"])).verdict).to.equal("unknown");
    expect((await owing("v1", ["ci"])).verdict).to.equal("unknown");
  });

  it("is the catalog's word where GitHub can't say, with why", async () => {
    const closed = { api: "http://127.0.0.1:1", repository: "acme/shop", token: undefined };
    const { verdict, found } = await ask({ ...v3, ci: { verdict: "failed" } }, { github: closed });
    expect(verdict).to.equal("failed");
    expect(found).to.match(
      /^the catalog says that v3 did not pass, and http:\/\/127\.0\.0\.1:1 does not tell of acme\/shop@/,
    );
  });
});
