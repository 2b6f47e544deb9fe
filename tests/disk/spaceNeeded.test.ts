import { expect } from "chai";
import { bytesToPull, type DescribedImage } from "../../disk/spaceNeeded";

const layers = (...names: string[]) => names.map((digest) => ({ digest, bytes: 100 }));

describe("the bytes that are sent for images", () => {
  it("are those of each layer, and of one that two share once", () => {
    const images = [{ layers: layers("base", "api") }, { layers: layers("base", "web") }];
    expect(bytesToPull(images, [])).to.equal(300);
    expect(bytesToPull([], [])).to.equal(0);
  });

  it("are without those of layers that the host has, upon the same ones", () => {
    const image: DescribedImage = { layers: layers("a", "b", "c"), unpacked: ["A", "B", "C"] };
    expect(bytesToPull([image], [["A", "B", "X"]])).to.equal(100);
    expect(bytesToPull([image], [["A"], ["A", "B", "C", "D"]])).to.equal(0);
    // The same layer upon another is another one for the engine.
    expect(bytesToPull([image], [["B"], ["X", "B", "C"]])).to.equal(300);
  });
});
