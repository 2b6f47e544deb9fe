import { expect } from "chai";
import { notJudged, type DataWriter } from "../../schema/notJudged";

describe("what a verdict does not cover", () => {
  const order = ["v1", "v2", "v3", "v4"];
  const rows: [
    name: string,
    since: string | undefined,
    target: string,
    writers: DataWriter[],
    line: string,
  ][] = [
    ["nobody says", "14:02", "v2", [{ tag: "v3" }], "schema only; data written since 14:02 not judged"],
    [
      "nobody knows since when",
      undefined,
      "v2",
      [],
      "schema only; data written since the migrations ran not judged",
    ],
    [
      "all say that it can be read",
      "v3 ran",
      "v2",
      [
        { tag: "v3", dataReadableFrom: "v2" },
        { tag: "v4", dataReadableFrom: "v1" },
      ],
      "schema only; data that v3, v4 wrote can be read by v2, as the catalog says",
    ],
    [
      "one of two says so",
      "v3 ran",
      "v2",
      [{ tag: "v3", dataReadableFrom: "v2" }, { tag: "v4" }],
      "schema only; data written since v3 ran not judged",
    ],
    [
      "one says that it can't be read",
      "v3 ran",
      "v2",
      [{ tag: "v3" }, { tag: "v4", dataReadableFrom: "v3" }],
      "schema only; data that v4 wrote can't be read before v3, as the catalog says",
    ],
    [
      "a tag that the catalog lacks",
      "v3 ran",
      "v2",
      [{ tag: "v3", dataReadableFrom: "v0" }],
      "schema only; data that v3 wrote can be read by v2, as the catalog says",
    ],
  ];
  for (const [name, since, target, writers, line] of rows)
    it(name, () => expect(notJudged(since, target, writers, order)).to.equal(line));
});
