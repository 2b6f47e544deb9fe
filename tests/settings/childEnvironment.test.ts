import { expect } from "chai";
import { childEnvironment } from "../../settings/childEnvironment";

describe("a child's environment", () => {
  it("has everything but what holds, or opens, the stack's secrets", () => {
    expect(
      childEnvironment({
        PATH: "/bin",
        DOCKER_HOST: "unix:///x",
        PULUMI_BACKEND_URL: "file://.",
        PULUMI_CONFIG: '{"knowngood:databaseUrl":"hunter2"}',
        PULUMI_CONFIG_SECRET_KEYS: "[]",
        PULUMI_CONFIG_PASSPHRASE: "hunter2",
      }),
    ).to.deep.equal({ PATH: "/bin", DOCKER_HOST: "unix:///x", PULUMI_BACKEND_URL: "file://." });
  });

  it("is that of this process by default", () => {
    expect(childEnvironment().PATH).to.equal(process.env.PATH);
  });
});
