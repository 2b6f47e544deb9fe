import { expect } from "chai";
import { Readable } from "node:stream";
import { countDumpRows } from "../../backups/dumpRows";

describe("the rows of a dump", () => {
  it("are counted wherever its pieces are cut", async () => {
    const dump =
      'SET x = 1;\nCOPY public.one (id, "a b") FROM stdin;\n1\tCOPY public.two (id) FROM stdin;\n\\\\.\n\n\\.\n\nCOPY public.two  FROM stdin;\n\\.\nCOPY "A (b)".c (id) FROM stdin;\n1\n\\.\n';
    const expected = { "public.one": 3, "public.two": 0, '"A (b)".c': 1 };
    for (let size = 1; size <= dump.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(dump.length / size) }, (_, index) =>
        Buffer.from(dump.slice(index * size, (index + 1) * size)),
      );
      expect(await countDumpRows(Readable.from(pieces)), `pieces of ${size}`).to.deep.equal(expected);
    }
  });
});
