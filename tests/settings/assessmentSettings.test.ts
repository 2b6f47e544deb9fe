import { expect } from "chai";
import { readAssessmentSettings } from "../../settings/readSettings";
import { InvalidInput } from "../../settings/violations";
import { configuration } from "./stack";

describe("settings of a stack whose containers the user's own program runs", () => {
  it("leave every other setting to that program", () => {
    const own = { imageTag: "v1", services: 3, port: 8080, databaseUrl: "in clear" };
    const read = readAssessmentSettings(configuration(own));
    expect(read).not.to.have.any.keys("docker", "database", "services", "port");
    expect(read).to.deep.include({
      imageTag: "v1",
      releases: "releases",
      quarantine: [],
      record: { folder: ".knowngood" },
    });
  });

  it("are checked as a whole, by the names that are known here", () => {
    const wrong = configuration({ database: {}, guards: { disk: { limit: 3 } }, acknowledge: "yes" });
    expect(() => readAssessmentSettings(wrong))
      .to.throw(InvalidInput)
      .with.property("message")
      .that.contains("Pulumi.prod.yaml: knowngood:imageTag")
      .and.contains("knowngood:acknowledge")
      .and.contains("knowngood:guards.disk")
      .and.contains("schema, horizon, wayBack, ci")
      .and.contains("pulumi config set --secret databaseUrl");
  });
});
