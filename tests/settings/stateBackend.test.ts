import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { settingsSchema } from "../../settings/settings";
import { backendWarning, stateBackend } from "../../settings/stateBackend";

describe("the backend of a stack's state", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-backend-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const project = (text: string, name = "Pulumi.yaml") => {
    writeFileSync(join(folder, name), text);
    return folder;
  };

  it("is the environment's before the project's", () => {
    const place = project("name: shop\nbackend: {url: 'file://.'}\n");
    expect(stateBackend({ PULUMI_BACKEND_URL: "s3://state" }, place)).to.equal("s3://state");
    expect(stateBackend({ PULUMI_BACKEND_URL: "" }, place)).to.equal("file://.");
    expect(stateBackend({}, place)).to.equal("file://.");
  });

  it("is read from either name that Pulumi takes for a project's file", () => {
    expect(stateBackend({}, project("name: shop\nbackend: {url: 's3://state'}\n", "Pulumi.yml"))).to.equal(
      "s3://state",
    );
  });

  it("is unknown where neither names one, or the project's file can't be read", () => {
    expect(stateBackend({}, project("name: shop\n"))).to.equal(undefined);
    expect(stateBackend({}, project("name: [\n"))).to.equal(undefined);
    expect(stateBackend({}, join(folder, "missing"))).to.equal(undefined);
  });

  it("is warned about for a protected stack in local files, and for no other", () => {
    const settings = (isProtected: boolean) =>
      settingsSchema.parse({ imageTag: "v1", protected: isProtected, services: { job: { kind: "worker" } } });
    expect(backendWarning(settings(true), "file://.")).to.contain(
      "state lies in files of this machine (file://.)",
    );
    expect(backendWarning(settings(true), "s3://state")).to.equal(undefined);
    expect(backendWarning(settings(true), undefined)).to.equal(undefined);
    expect(backendWarning(settings(false), "file://.")).to.equal(undefined);
  });
});
