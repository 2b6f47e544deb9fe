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

  it("are not where one lies, nor whether one is needed", () => {
    const beside = {
      ...{ PGPASSFILE_DIR: "/home/anna", SSH_KEY_FILE: "/home/anna/.ssh/id", NODE_TOKEN_REQUIRE: "please" },
      ...{ aws_credential_file: "/home/anna/.aws", PULUMI_CONFIG_PASSPHRASE_FILE: "/run/passphrase" },
    };
    expect(environmentSecrets(beside)).to.deep.equal([]);
    expect(environmentSecrets({ GITHUB_APP_PEM_FILE: "pem", FILE_KEY: "123456" })).to.deep.equal([
      "pem",
      "123456",
    ]);
  });
});
