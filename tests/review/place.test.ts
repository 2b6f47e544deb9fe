import { expect } from "chai";
import { environmentSecrets, reviewPlace } from "../../review/place";
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

  it("knows what of the environment nobody else may see", () => {
    expect(
      environmentSecrets({ GITHUB_TOKEN: "a", PULUMI_CONFIG_PASSPHRASE: "b", GH_TOKEN: "", HOME: "/" }),
    ).to.deep.equal(["a", "b"]);
  });
});
