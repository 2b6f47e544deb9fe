import { expect } from "chai";
import { withoutLastCopies } from "../../disk/lastCopies";
import type { HostImage } from "../../disk/removable";
import { startLocalRegistry, type LocalRegistry } from "../catalog/localRegistry";
import { digest } from "../history/states";

const image = (letter: string, name: string): HostImage => ({
  id: digest(letter),
  tags: [],
  digests: [name],
  bytes: 1,
});

describe("an image that could go", () => {
  let registry: LocalRegistry;
  before(async () => (registry = await startLocalRegistry()));
  after(() => registry?.stop());

  it("is still in its registry; the last copy, and what nobody can ask for, is left out", async () => {
    const repository = `${registry.address}/shop/api`;
    const there = image("a", `${repository}@${await registry.push("shop/api", "v1", "one")}`);
    const gone = image("b", `${repository}@${digest("b")}`);
    const silent = image("c", `127.0.0.1:1/shop/api@${digest("c")}`);
    const { images, leftOut } = await withoutLastCopies({
      images: [gone, there, silent],
      leftOut: ["Another stack has it."],
    });
    expect(images).to.deep.equal([there]);
    expect(leftOut).to.have.length(3);
    expect(leftOut[0]).to.equal("Another stack has it.");
    expect(leftOut[1]).to.equal(
      `bbbbbbbbbbbb (${repository}@${digest("b")}) is no longer in its registry: this host may have the last copy.`,
    );
    expect(leftOut[2]).to.match(
      /^cccccccccccc \(.*\) may not be in its registry any more \(.*can't be reached/,
    );
  });
});
