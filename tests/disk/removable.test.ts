import { expect } from "chai";
import {
  removableImages,
  removeCommand,
  repositoryKey,
  type HostImage,
  type RemovableQuestion,
} from "../../disk/removable";
import { digest } from "../history/states";

const api = repositoryKey("acme/api");
const image = (letter: string, bytes = 1, parts: Partial<HostImage> = {}): HostImage => ({
  id: digest(letter),
  tags: [],
  digests: [`acme/api@${digest(letter)}`],
  bytes,
  ...parts,
});
const asked = (parts: Partial<RemovableQuestion>) =>
  removableImages({
    images: [],
    own: new Set([api]),
    released: new Set([..."0123456789abcdef"].map(digest)),
    inContainers: new Set(),
    needed: new Set(),
    doubtful: new Map(),
    unknown: undefined,
    ...parts,
  });
const ids = (parts: Partial<RemovableQuestion>) => asked(parts).images.map(({ id }) => id);

describe("images that could go", () => {
  it("are of the stack's own repositories, however these are written, the largest first", () => {
    const images = [
      image("a", 10),
      image("b", 20),
      image("c", 5, { digests: [`docker.io/acme/api@${digest("c")}`], tags: ["acme/api:v1"] }),
      image("d", 30, { digests: [`acme/web@${digest("d")}`] }),
      image("e", 30, { digests: [`ghcr.io/acme/api@${digest("e")}`] }),
    ];
    expect(ids({ images })).to.deep.equal([digest("b"), digest("a"), digest("c")]);
    expect(asked({ images }).leftOut).to.deep.equal([]);
  });

  it("are of releases: what another wanted from the same repository is left out", () => {
    const tools = image("b", 1, { tags: ["acme/api:tools"] });
    const found = asked({ images: [image("a"), tools], released: new Set([digest("a")]) });
    expect(found.images.map(({ id }) => id)).to.deep.equal([digest("a")]);
    expect(found.leftOut).to.deep.equal([
      `bbbbbbbbbbbb is of no release of the catalog, so who brought it here may need it: acme/api:tools, acme/api@${digest("b")}.`,
    ]);
  });

  it("are in no container, and neither by id nor by digest what a stack needs", () => {
    const images = [
      image("a"),
      image("b", 1, { digests: [`acme/api@${digest("2")}`] }),
      image("c", 1, { digests: [`acme/api@${digest("1")}`] }),
      image("d"),
    ];
    expect(
      ids({ images, inContainers: new Set([digest("a")]), needed: new Set([digest("b"), digest("1")]) }),
    ).to.deep.equal([digest("d")]);
  });

  it("can be had again: what was neither pulled nor pushed is never named", () => {
    expect(asked({ images: [image("a", 1, { digests: [], tags: ["acme/api:built-here"] })] })).to.deep.equal({
      images: [],
      leftOut: [],
    });
  });

  it("have one name, by which the engine removes them and nobody else knows them", () => {
    const tagged = image("a", 1, { tags: ["acme/api:v1", "acme/api:kept"] });
    const elsewhere = image("b", 1, { tags: ["backup/api:v1"] });
    const { images, leftOut } = asked({ images: [tagged, elsewhere] });
    expect(images).to.deep.equal([]);
    expect(leftOut).to.deep.equal([
      `aaaaaaaaaaaa has several names, which somebody may have given it on purpose: acme/api:v1, acme/api:kept, acme/api@${digest("a")}.`,
      `bbbbbbbbbbbb has a name in a repository that is not this stack's: backup/api:v1, acme/api@${digest("b")}.`,
    ]);
    const both = image("c", 1, { digests: [`acme/api@${digest("c")}`, `acme/web@${digest("c")}`] });
    const own = new Set([api, repositoryKey("acme/web")]);
    expect(asked({ images: [both], own }).leftOut[0]).to.match(/^cccccccccccc has several names/);
  });

  it("are none that may be needed where nobody can look, which is said once", () => {
    const doubtful = new Map([[api, "Another stack has it."]]);
    expect(asked({ images: [image("a"), image("b")], doubtful })).to.deep.equal({
      images: [],
      leftOut: ["Another stack has it."],
    });
    expect(asked({ images: [image("a")], unknown: "The backend is out of reach." })).to.deep.equal({
      images: [],
      leftOut: ["The backend is out of reach."],
    });
    expect(asked({ images: [], unknown: "The backend is out of reach." }).leftOut).to.deep.equal([]);
  });

  it("are removed by their ids, in one command", () => {
    expect(removeCommand([image("a"), image("b")])).to.equal("docker image rm aaaaaaaaaaaa bbbbbbbbbbbb");
  });
});
