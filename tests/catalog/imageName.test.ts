import { expect } from "chai";
import { parseImageName, shortName } from "../../catalog/imageName";

const digest = `sha256:${"a".repeat(64)}`;

describe("image name", () => {
  const cases: [reference: string, repository: string, tag: string | undefined, url: string][] = [
    ["nginx", "nginx", undefined, "https://registry-1.docker.io library/nginx"],
    ["nginx:1.27", "nginx", "1.27", "https://registry-1.docker.io library/nginx"],
    ["acme/api:v1", "acme/api", "v1", "https://registry-1.docker.io acme/api"],
    ["docker.io/acme/api:v1", "docker.io/acme/api", "v1", "https://registry-1.docker.io acme/api"],
    ["docker.io/nginx", "docker.io/nginx", undefined, "https://registry-1.docker.io library/nginx"],
    ["ghcr.io/acme/shop/api:v1", "ghcr.io/acme/shop/api", "v1", "https://ghcr.io acme/shop/api"],
    ["localhost/api:v1", "localhost/api", "v1", "http://localhost api"],
    ["localhost:5000/api", "localhost:5000/api", undefined, "http://localhost:5000 api"],
    ["127.0.0.1:5000/api:v1", "127.0.0.1:5000/api", "v1", "http://127.0.0.1:5000 api"],
    ["[::1]:5000/api:v1", "[::1]:5000/api", "v1", "http://[::1]:5000 api"],
    [
      "registry.example.com:5000/api:v1",
      "registry.example.com:5000/api",
      "v1",
      "https://registry.example.com:5000 api",
    ],
    ["localhost.example.com/api:v1", "localhost.example.com/api", "v1", "https://localhost.example.com api"],
  ];
  for (const [reference, repository, tag, url] of cases) {
    it(`takes ${reference} apart`, () => {
      const name = parseImageName(reference);
      expect(name).to.include({ repository, tag, digest: undefined });
      expect(`${name?.registry.url} ${name?.registry.path}`).to.equal(url);
    });
  }

  it("takes a digest, with or without a tag", () => {
    expect(parseImageName(`acme/api@${digest}`)).to.include({
      repository: "acme/api",
      tag: undefined,
      digest,
    });
    expect(parseImageName(`acme/api:v1@${digest}`)).to.include({ repository: "acme/api", tag: "v1", digest });
  });

  for (const wrong of [
    "",
    "API:v1",
    "acme/api:",
    "acme//api",
    "acme/api:v 1",
    "acme/api:-v1",
    "acme/api@sha256:abc",
    `acme/api@${digest}@${digest}`,
    "https://ghcr.io/acme/api:v1",
    `acme/api:${"a".repeat(129)}`,
    "-host/api",
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => expect(parseImageName(wrong)).to.equal(undefined));
  }

  it("names a service by the last part", () => {
    expect(shortName("ghcr.io/acme/api")).to.equal("api");
    expect(shortName("nginx")).to.equal("nginx");
  });
});
