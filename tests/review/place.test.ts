import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { reviewPlace, withoutIdentity } from "../../review/place";
import type { Settings } from "../../settings/settings";

const review: NonNullable<Settings["review"]> = {
  ...{ repository: "acme/shop", api: "https://github.example/api/v3" },
  ...{ reviewers: [], teamReviewers: [], labels: [] },
};

describe("where a release is reviewed", () => {
  it("is where the settings say, else where GitHub Actions runs", () => {
    expect(
      reviewPlace({ ...review, branch: "live" }, { GITHUB_TOKEN: "t", GITHUB_REPOSITORY: "acme/fork" }),
    ).to.deep.equal({
      ...{ api: "https://github.example/api/v3", repository: "acme/shop", branch: "live", token: "t" },
    });
    const actions = {
      GH_TOKEN: "t",
      GITHUB_REPOSITORY: "acme/fork",
      GITHUB_API_URL: "https://ghes.example/api",
    };
    expect(reviewPlace(undefined, actions)).to.deep.equal({
      ...{ api: "https://ghes.example/api", repository: "acme/fork", branch: undefined, token: "t" },
    });
    expect(reviewPlace(undefined, { GH_TOKEN: "t", GITHUB_REPOSITORY: "acme/fork" }).api).to.equal(
      "https://api.github.com",
    );
  });

  it("is what GitHub Actions says where that runs it, so that no stack file sends its token elsewhere", () => {
    const actions = {
      ...{ GITHUB_ACTIONS: "true", GITHUB_TOKEN: "t" },
      ...{ GITHUB_REPOSITORY: "acme/shop", GITHUB_API_URL: "https://github.example/api/v3" },
    };
    expect(reviewPlace({ ...review, repository: "Acme/Shop" }, actions).api).to.equal(review.api);
    expect(reviewPlace({ ...review, api: undefined }, actions).api).to.equal(review.api);
    const other = { ...review, repository: "evil/shop", api: "https://evil.example/api/v3" };
    expect(() => reviewPlace(other, actions)).to.throw(
      /\(2 problems\)[^]*review.api\n[^]*found https:\/\/evil.example\/api\/v3; write https:\/\/github.example[^]*found evil\/shop; write acme\/shop/,
    );
    expect(reviewPlace(other, { ...actions, GITHUB_ACTIONS: undefined }).repository).to.equal("evil/shop");
  });

  it("is told a token by https alone, or on this machine", () => {
    const at = (api: string) => reviewPlace({ ...review, api }, { GITHUB_TOKEN: "t" }).api;
    for (const api of ["https://a.example", "http://127.0.0.1:80", "http://[::1]:1", "http://localhost"])
      expect(at(api)).to.equal(api);
    for (const api of ["http://a.example", "http://127.0.0.1.a.example", "http://localhost.a.example"])
      expect(() => at(api)).to.throw(`found ${api}; write an address that begins with https://`);
    expect(() =>
      reviewPlace(undefined, { GITHUB_REPOSITORY: "a/b", GITHUB_API_URL: "http://a.example" }),
    ).to.throw("found http://a.example");
  });

  it("is asked for by a token, else by an app", () => {
    const app = { GITHUB_APP_ID: "7", GITHUB_APP_PEM_FILE: "key" };
    const token = (environment: Record<string, string>) => reviewPlace(review, environment).token;
    expect(token({ ...app, GITHUB_TOKEN: "a", GH_TOKEN: "b" })).to.equal("a");
    expect(token({ ...app, GITHUB_TOKEN: "", GH_TOKEN: "b" })).to.equal("b");
    expect(token(app)).to.deep.equal({ id: "7", privateKey: "key", installation: undefined });
    expect(token({ ...app, GITHUB_APP_INSTALLATION_ID: "70" })).to.deep.equal({
      ...{ id: "7", privateKey: "key", installation: 70 },
    });
  });

  it("is told with all that is missing, and never with a key", () => {
    expect(() => reviewPlace(undefined, {})).to.throw(
      /\(2 problems\)[^]*config set --path review.repository OWNER\/NAME[^]*set GITHUB_TOKEN \(or GH_TOKEN\)/,
    );
    expect(() => reviewPlace(review, { GITHUB_APP_ID: "7" })).to.throw("set GITHUB_APP_PEM_FILE");
    const wrong = { GITHUB_APP_ID: "7", GITHUB_APP_PEM_FILE: "the key", GITHUB_APP_INSTALLATION_ID: "x" };
    expect(() => reviewPlace(review, wrong))
      .to.throw("write the installation's number")
      .with.property("message")
      .that.does.not.contain("the key");
  });

  it("is no business of the program: Pulumi is not given who asks", () => {
    expect(Object.keys(withoutIdentity)).to.deep.equal([
      ...["GITHUB_TOKEN", "GH_TOKEN", "GITHUB_APP_ID", "GITHUB_APP_PEM_FILE", "GITHUB_APP_INSTALLATION_ID"],
    ]);
    const env = { ...process.env, GITHUB_TOKEN: "t", ...withoutIdentity };
    const seen = execFileSync(process.execPath, ["-p", "'GITHUB_TOKEN' in process.env"], { env });
    expect(seen.toString().trim()).to.equal("false");
  });
});
