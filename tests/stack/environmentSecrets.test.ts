import { expect } from "chai";
import { environmentSecrets } from "../../stack/environmentSecrets";

describe("secrets of the environment", () => {
  it("are those that are known by name, and those whose names sound like one", () => {
    expect(
      environmentSecrets({ GITHUB_TOKEN: "a", PULUMI_CONFIG_PASSPHRASE: "b", GH_TOKEN: "", HOME: "/" }),
    ).to.deep.equal(["a", "b"]);
    const sounding = { ACME_API_KEY: "123456", aws_secret_access_key: "abcdef", PGPASSWORD: "hunter2" };
    const words = { KEYMAP: "12345", PATH: "/usr/bin:/bin", NO_TOKEN: undefined };
    expect(environmentSecrets({ ...sounding, ...words })).to.deep.equal(["123456", "abcdef", "hunter2"]);
  });
});
