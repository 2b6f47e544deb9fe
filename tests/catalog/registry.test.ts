import { expect } from "chai";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { manifestExists, resolveTag } from "../../catalog/registry";
import { testFolder, type TestFolder } from "./catalogFolder";
import { digestOf, startLocalRegistry, type LocalRegistry } from "./localRegistry";
import { errorOf } from "./registryErrorOf";

describe("a real registry", () => {
  let registry: LocalRegistry;
  before(async () => (registry = await startLocalRegistry()));
  after(() => registry?.stop());

  it("tells a tag's digest, and another one once it has moved", async () => {
    const first = await registry.push("shop/api", "v1", "first");
    const reference = `${registry.address}/shop/api:v1`;
    expect(await resolveTag(reference)).to.equal(first);
    const second = await registry.push("shop/api", "v1", "second");
    expect(second).not.to.equal(first);
    expect(await resolveTag(reference)).to.equal(second);
  });

  it("takes latest where no tag is named", async () => {
    const latest = await registry.push("shop/web", "latest", "web");
    expect(await resolveTag(`${registry.address}/shop/web`)).to.equal(latest);
  });

  it("says whether it still holds an image", async () => {
    const held = await registry.push("shop/api", "v2", "held");
    expect(await manifestExists(`${registry.address}/shop/api`, held)).to.equal(true);
    expect(await manifestExists(`${registry.address}/shop/api`, digestOf("nothing"))).to.equal(false);
    expect(await manifestExists(`${registry.address}/shop/nowhere`, held)).to.equal(false);
  });

  it("does not know a tag or a repository that was never pushed", async () => {
    await registry.push("shop/api", "v1", "first");
    for (const reference of [`${registry.address}/shop/api:v99`, `${registry.address}/shop/nowhere:v1`]) {
      const error = await errorOf(resolveTag(reference));
      expect(error.kind).to.equal("not-found");
      expect(error.message).to.equal(`${registry.address} has no image ${reference}`);
    }
  });
});

describe("a real registry with users", () => {
  // The password is "secret-17", hashed by bcrypt.
  const htpasswd = "shop:$2b$05$abcdefghijklmnopqrstuuQvznUkY72LR1ziT9nKeaOS7U4.6lUMG\n";
  let registry: LocalRegistry;
  let folder: TestFolder;
  before(async () => (registry = await startLocalRegistry(htpasswd)));
  after(() => registry?.stop());
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());

  const environment = () => ({
    ...process.env,
    DOCKER_CONFIG: folder.path,
    PATH: `${folder.path}:${process.env.PATH}`,
  });
  const ask = () => resolveTag(`${registry.address}/shop/api:v1`, { environment: environment() });
  const writeAuth = (password: string) => {
    const auth = Buffer.from(`shop:${password}`).toString("base64");
    folder.write("config.json", JSON.stringify({ auths: { [registry.address]: { auth } } }));
  };

  it("refuses without a credential, and says how to log in", async () => {
    const error = await errorOf(ask());
    expect(error.kind).to.equal("unauthorized");
    expect(error.message)
      .to.contain("Docker's config has none")
      .and.to.contain(`docker login ${registry.address}`);
  });

  it("refuses a wrong password, and does not repeat it", async () => {
    writeAuth("wrong-password");
    const error = await errorOf(ask());
    expect(error.kind).to.equal("unauthorized");
    expect(error.message).not.to.contain("wrong-password");
  });

  it("lets a user of Docker's config in: an image that is not there is then not found", async () => {
    writeAuth("secret-17");
    expect((await errorOf(ask())).kind).to.equal("not-found");
  });

  it("asks the credential helper that Docker's config names, with the registry on stdin", async () => {
    folder.write(
      "docker-credential-test",
      `#!/bin/sh\nread server\n[ "$1" = get ] && [ "$server" = "${registry.address}" ] || exit 1\necho '{"ServerURL":"x","Username":"shop","Secret":"secret-17"}'\n`,
    );
    chmodSync(join(folder.path, "docker-credential-test"), 0o755);
    folder.write("config.json", JSON.stringify({ credHelpers: { [registry.address]: "test" } }));
    expect((await errorOf(ask())).kind).to.equal("not-found");
    folder.write("config.json", JSON.stringify({ credsStore: "test" }));
    expect((await errorOf(ask())).kind).to.equal("not-found");
  });

  it("names a helper that is missing or fails", async () => {
    folder.write("config.json", JSON.stringify({ credHelpers: { [registry.address]: "nowhere" } }));
    const error = await errorOf(ask());
    expect(error.kind).to.equal("unauthorized");
    expect(error.message).to.contain(
      "docker-credential-nowhere, which Docker's config names, did not give a credential",
    );
  });

  it("names a config that is none, and does not quote it", async () => {
    folder.write("config.json", '{"auths": secret-17');
    const error = await errorOf(ask());
    expect(error.kind).to.equal("unauthorized");
    expect(error.message).to.contain("config.json can't be read").and.not.to.contain("secret-17");
  });
});
