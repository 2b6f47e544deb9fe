import { expect } from "chai";
import type { DiskEvidence, HostDisk } from "../../assessment/diskEvidence";
import { diskGuard, type DiskQuestion } from "../../assessment/diskGuard";
import { digest } from "../history/states";

const GB = 1e9;
const engine = (used: number, free: number): HostDisk => ({
  of: ["engine"],
  filesystem: { name: "/var/lib/docker", used: used * GB, free: free * GB },
});
const evidence = (parts: Partial<DiskEvidence>): DiskEvidence => ({
  disks: [engine(70, 30)],
  unknown: [],
  backupsBeside: false,
  use: [],
  ...parts,
});
const said = (disk: Partial<DiskEvidence> | undefined, parts: Partial<DiskQuestion> = {}) =>
  diskGuard({
    stack: "prod",
    target: "v2",
    direction: "forward",
    disk: disk && evidence(disk),
    limit: 80,
    backup: undefined,
    ...parts,
  });
/** What is said, without the line that always is. */
const asked = (...question: Parameters<typeof said>) => {
  const { warnings, refusals } = said(...question);
  return { warnings, refusals };
};
const nothing = { warnings: [], refusals: [] };
const image = { id: digest("a"), tags: [], digests: [`acme/api@${digest("b")}`], bytes: 2 * GB };
const pull = (least: number, usual = 3 * least) => ({
  least: least * GB,
  usual: usual * GB,
  references: [`acme/api@${digest("b")}`],
});

describe("the disk guard", () => {
  it("says nothing below the limit, and nothing where no disk is looked at or known", () => {
    expect(asked({ disks: [engine(79.99, 20.01)] })).to.deep.equal(nothing);
    expect(asked(undefined)).to.deep.equal(nothing);
    expect(asked({ disks: [] })).to.deep.equal(nothing);
  });

  it("refuses the way forward from the limit on, with what is there, what could go, and how to go on", () => {
    const { warnings, refusals } = asked({
      disks: [engine(80, 20)],
      use: ["images: 50GB, of which in no use 20GB (40%)"],
      removable: { images: [image], leftOut: [] },
    });
    expect(warnings).to.deep.equal([]);
    expect(refusals).to.deep.equal([
      "The disk of the Docker host is 80 % used, where guards.disk.limit is 80 %: 20.0 GB are free on /var/lib/docker.\n" +
        "On it:\n" +
        "  images: 50GB, of which in no use 20GB (40%)\n" +
        "An image of this stack that nothing needs (2.0 GB at most, since layers can be shared):\n" +
        "  docker image rm aaaaaaaaaaaa\n" +
        "To go on all the same: pulumi config set --path guards.disk.limit 81 --stack prod",
    ]);
  });

  it("only warns on the way back and of the same release", () => {
    for (const direction of ["rollback", "same"] as const) {
      const { warnings, refusals } = asked({ disks: [engine(99, 1)] }, { direction });
      expect(refusals).to.deep.equal([]);
      expect(warnings).to.deep.equal([
        "The disk of the Docker host is 99 % used, where guards.disk.limit is 80 %: 1.0 GB are free on /var/lib/docker.",
      ]);
    }
  });

  it("names each disk that is full, and one that both hosts share once", () => {
    const database = { ...engine(95, 5), of: ["database"] as const };
    const both = { ...engine(95, 5), of: ["engine", "database"] as const };
    expect(asked({ disks: [engine(10, 90), database] }).refusals[0]).to.match(
      /^The disk of the database's host is 95 % used/,
    );
    expect(asked({ disks: [both] }).refusals[0]).to.match(
      /^The disk of the Docker host and the database is 95 % used/,
    );
    expect(asked({ disks: [engine(85, 15), database] }).refusals[0]?.match(/^The disk of/gm)).to.have.length(
      2,
    );
  });

  it("says which way on there is where none is full of images, or where nobody can tell", () => {
    const full = { disks: [engine(100, 0)] };
    const text = (removable: DiskEvidence["removable"]) =>
      asked({ ...full, ...(removable && { removable }) }).refusals[0];
    expect(text({ images: [], leftOut: [] })).to.contain(
      "None of this stack's images could go. What else is there: docker system df --verbose",
    );
    expect(text({ images: [], leftOut: ["Another stack."] })).to.contain(
      "None of this stack's images could surely go; why: npx knowngood removable --stack prod",
    );
    expect(text({ unknown: "no answer in 10 s" })).to.contain(
      "Which images could go can't be told (no answer in 10 s). To ask again: npx knowngood removable --stack prod",
    );
    const many = Array.from({ length: 21 }, () => image);
    expect(text({ images: many, leftOut: [] }))
      .to.contain("21 images of this stack")
      .and.contain("all of it: npx");
    // No limit lets go on what has no byte left.
    expect(text(undefined)).not.to.contain("To go on all the same");
  });

  it("refuses a rollback alone where what is to be pulled can't fit, whatever the limit", () => {
    const tight = { disks: [engine(5, 3)], pull: pull(3.1) };
    const { warnings, refusals } = asked(tight, { direction: "rollback" });
    expect(warnings).to.deep.equal([]);
    expect(refusals).to.deep.equal([
      "The images of v2 don't fit on the disk of the Docker host: those that are not there take 3.1 GB at least to pull and unpack, " +
        "and 3.0 GB are free on /var/lib/docker.\n" +
        "To see for yourself; once they are there, nothing more is needed:\n" +
        `  docker pull acme/api@${digest("b")}`,
    ]);
    expect(asked({ ...tight, pull: pull(3) }, { direction: "rollback" }).refusals).to.deep.equal([]);
    expect(asked({ ...tight, pull: pull(1) }, { direction: "rollback" })).to.deep.equal(nothing);
    expect(asked(tight)).to.deep.equal(nothing);
    expect(asked({ ...tight, pull: { unknown: "no answer" } }, { direction: "rollback" })).to.deep.equal(
      nothing,
    );
    expect(asked({ ...tight, disks: [] }, { direction: "rollback" })).to.deep.equal(nothing);
  });

  it("only warns where what is to be pulled may not fit once it is unpacked", () => {
    const tight = { disks: [engine(5, 5)], pull: pull(2) };
    const { warnings, refusals } = asked(tight, { direction: "rollback" });
    expect(refusals).to.deep.equal([]);
    expect(warnings).to.deep.equal([
      "The images of v2 may not fit on the disk of the Docker host: those that are not there take some 6.0 GB to pull and " +
        "unpack, and 5.0 GB are free on /var/lib/docker.\n" +
        "To see beforehand whether they fit; once they are there, nothing more is needed:\n" +
        `  docker pull acme/api@${digest("b")}`,
    ]);
    expect(asked({ ...tight, pull: pull(2, 5) }, { direction: "rollback" })).to.deep.equal(nothing);
  });

  it("only warns where several filesystems are told of: the images may lie on another", () => {
    const none = { ...engine(0, 0), filesystem: { name: "/run", used: 1, free: 0 } };
    const several = { disks: [engine(5, 50), none], pull: pull(2) };
    const { warnings, refusals } = asked(several, { direction: "rollback", limit: 101 });
    expect(refusals).to.deep.equal([]);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain("may not fit").and.contain("0 bytes are free on /var/lib/docker, /run.");
    expect(
      asked({ ...several, disks: [none] }, { direction: "rollback", limit: 101 }).refusals,
    ).to.have.length(1);
  });

  it("tells of a disk past its limit and of little room on it at once, in one warning", () => {
    const full = { disks: [engine(95, 5)], pull: pull(2) };
    expect(asked(full, { direction: "rollback" }).warnings).to.have.length(1);
    const database = { ...engine(95, 5), of: ["database"] as const };
    const both = asked({ ...full, disks: [...full.disks, database] }, { direction: "rollback" });
    expect(both.warnings[0]).to.match(/^The disk of the database's host is 95 % used/);
    expect(both.warnings[1]).to.match(/^The images of v2 may not fit/);
  });

  it("counts a backup that lies on the same disk and is not gone without, and no other", () => {
    const backup = { reason: "r", mayLose: true, last: { seconds: 1, bytes: 2 * GB } };
    const tight = { disks: [engine(5, 3)], pull: pull(2, 2) };
    const back = { direction: "rollback", backup } as const;
    expect(asked({ ...tight, backupsBeside: true }, back).refusals[0]).to.contain(
      "take 2.0 GB at least to pull and unpack, beside a backup of 2.0 GB, and 3.0 GB are free",
    );
    expect(asked(tight, back)).to.deep.equal(nothing);
    const without = { ...back, backup: { ...backup, mayLose: false } };
    expect(asked({ ...tight, backupsBeside: true }, without)).to.deep.equal(nothing);
    expect(asked({ disks: [engine(1, 1)], backupsBeside: true }, back)).to.deep.equal(nothing);
  });

  it("warns of what a command was to tell and did not, and is quiet of the rest", () => {
    const unknown = (wanted: boolean) => ({
      unknown: [{ of: "database", why: "df ended with 255", asked: wanted } as const],
    });
    expect(asked(unknown(true)).warnings).to.deep.equal([
      "Unconfirmed: how full the disk of the database's host is (df ended with 255).",
    ]);
    expect(asked(unknown(false))).to.deep.equal(nothing);
    expect(said(unknown(false)).text).to.equal(
      "disk: 70 % used and 30.0 GB free on the Docker host; not known of the database's host (guards.disk.database)",
    );
    expect(said(unknown(true)).text).to.equal("disk: 70 % used and 30.0 GB free on the Docker host");
    expect(said({ disks: [] }).text).to.equal(undefined);
  });
});
