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
  const project = (text: string) => {
    const file = join(folder, "Pulumi.yaml");
    writeFileSync(file, text);
    return file;
  };

  it("is the environment's before the project's", () => {
    const file = project("name: shop\nbackend: {url: 'file://.'}\n");
    expect(stateBackend({ PULUMI_BACKEND_URL: "s3://state" }, file)).to.equal("s3://state");
    expect(stateBackend({ PULUMI_BACKEND_URL: "" }, file)).to.equal("file://.");
    expect(stateBackend({}, file)).to.equal("file://.");
  });

  it("is unknown where neither names one, or the project's file can't be read", () => {
    expect(stateBackend({}, project("name: shop\n"))).to.equal(undefined);
    expect(stateBackend({}, project("name: [\n"))).to.equal(undefined);
    expect(stateBackend({}, join(folder, "missing.yaml"))).to.equal(undefined);
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
