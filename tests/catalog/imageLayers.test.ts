import { expect } from "chai";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { buildTestImage } from "../../demo/images/testImage";
import { imageLayers, unpackedNames } from "../../catalog/imageLayers";
import { startLocalRegistry, type LocalRegistry } from "./localRegistry";
import { errorOf } from "./registryErrorOf";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

describe("the layers of an image in a real registry", () => {
  let registry: LocalRegistry;
  before(async () => (registry = await startLocalRegistry()));
  after(() => registry?.stop());

  it("are told with their compressed sizes, and with what they are called once unpacked", async () => {
    const build = (name: string, text: string) =>
      buildTestImage({
        registry: registry.address,
        name,
        tag: "v1",
        files: { "/text": text },
        entrypoint: ["/bin/true"],
      });
    const [one, other] = [await build("shop/one", "one"), await build("shop/other", "other")];
    const [ofOne, ofOther] = [await imageLayers(one), await imageLayers(other)];
    expect(ofOne.layers).to.have.length(2);
    expect(ofOne.layers[0]).to.deep.equal(ofOther.layers[0]);
    expect(ofOne.layers[0]?.bytes).to.be.greaterThan(100_000);
    expect(ofOne.layers[1]?.bytes).to.be.greaterThan(0).and.lessThan(1000);
    const [names, otherNames] = [await unpackedNames(one, ofOne), await unpackedNames(other, ofOther)];
    expect(names[0]).to.equal(otherNames[0]);
    expect(names[1])
      .to.match(/^sha256:[0-9a-f]{64}$/)
      .and.not.equal(otherNames[1]);
    const missing = await errorOf(imageLayers({ ...one, digest: digest("0") }));
    expect(missing.kind).to.equal("not-found");
  });
});

describe("the layers of an image that a registry describes", () => {
  const manifest = (bytes: number) => ({
    schemaVersion: 2,
    config: { digest: digest("c") },
    layers: [{ digest: digest("1"), size: bytes }],
  });
  const platform = (letter: string, os: string, architecture: string) => ({
    digest: digest(letter),
    platform: { os, architecture },
  });
  const own = process.arch === "x64" ? "amd64" : process.arch;
  const answers: Record<string, unknown> = {
    [digest("a")]: { manifests: [platform("d", "linux", "s390x"), platform("e", "linux", own)] },
    [digest("b")]: { manifests: [platform("d", "linux", "s390x"), platform("e", "windows", own)] },
    [digest("d")]: manifest(10),
    [digest("e")]: manifest(20),
    [digest("f")]: { schemaVersion: 1, fsLayers: [] },
  };
  let server: http.Server;
  let repository: string;
  before(async () => {
    server = http.createServer(({ url = "" }, response) => {
      const answer = answers[url.slice(url.lastIndexOf("/") + 1)];
      response.end(answer === undefined ? "<html>" : JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    repository = `127.0.0.1:${(server.address() as AddressInfo).port}/shop/api`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));
  const ask = (letter: string) => imageLayers({ repository, digest: digest(letter) });

  it("are those of this machine's platform, or of the first where it has none", async () => {
    expect((await ask("a")).layers).to.deep.equal([{ digest: digest("1"), bytes: 20 }]);
    expect((await ask("b")).layers).to.deep.equal([{ digest: digest("1"), bytes: 10 }]);
    expect((await ask("d")).configuration).to.equal(digest("c"));
  });

  it("are not known where it answers something else", async () => {
    const [old, none] = [await errorOf(ask("f")), await errorOf(ask("9"))];
    expect([old.kind, none.kind]).to.deep.equal(["bad-answer", "bad-answer"]);
    expect(old.message).to.equal(
      `the registry describes ${repository}@${digest("f")} in a way that is not known here`,
    );
    expect(none.message).to.contain("with no JSON");
  });
});
