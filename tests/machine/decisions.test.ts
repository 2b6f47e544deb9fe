import { expect } from "chai";
import { librariesIn } from "../../demo/images/nodeLayer";
import { tarOf } from "../../demo/images/tar";
import { readOrder } from "../../demo/shop/api/serve";
import { isOutOfReach } from "../../demo/shop/worker/work";
import { canInstall } from "../../toolchain/machine/apt";
import { dockerdSettings, missingEnginePrograms } from "../../toolchain/machine/engine";
import { mountPointsBelow } from "../../toolchain/machine/kernel";
import { freeNetworks } from "../../toolchain/machine/network";
import { serverUser } from "../../toolchain/machine/postgres";
import { endProcess, identityOf, isRunning, systemPath } from "../../toolchain/machine/processes";

describe("free networks", () => {
  const route = (destination: string, mask: string) =>
    `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\n`;

  it("are all of 10.128 to 10.254 on a machine without routes there", () => {
    const free = freeNetworks(route("0002000C", "00FFFFFF"));
    expect([free[0], free.at(-1), free.length]).to.deep.equal([128, 254, 127]);
  });

  it("leave out what a route covers, and nothing beside it", () => {
    const free = freeNetworks(route("0000C80A", "0000FFFF")); // 10.200.0.0/16
    expect(free).to.include(199).and.include(201).and.not.include(200);
    const half = freeNetworks(route("0000C00A", "0000C0FF")); // 10.192.0.0/10
    expect(half.at(-1)).to.equal(191);
    expect(freeNetworks(route("0000000A", "000000FF"))).to.deep.equal([]); // 10.0.0.0/8
  });

  it("are not narrowed by the default route", () => {
    expect(freeNetworks(route("00000000", "00000000"))).to.have.length(127);
  });
});

describe("what belongs to a machine", () => {
  it("are mounts below its folders, innermost first, with blanks decoded; not the folder, which may be the user's mount", () => {
    const line = (point: string) => `36 35 98:0 / ${point} rw - ext4 /dev/root rw`;
    const mountinfo = [
      line("/"),
      line("/m/a"),
      line("/m/a/b\\040c"),
      line("/m/a/b\\040c/d"),
      line("/m/ab"),
      line("/other"),
    ].join("\n");
    expect(mountPointsBelow(["/m/a"], mountinfo)).to.deep.equal(["/m/a/b c/d", "/m/a/b c"]);
  });

  it("is a process by its number and start, so that a reused number is left alone", async () => {
    const own = identityOf(process.pid);
    if (!own) throw new Error("this process runs");
    expect(isRunning(own)).to.equal(true);
    const another = { pid: own.pid, startTime: own.startTime - 1 };
    expect(isRunning(another)).to.equal(false);
    await endProcess(another, [{ signal: "SIGTERM", grace: 1 }]);
  });
});

describe("what a machine is able to do", () => {
  it("is to install packages as root on Debian and its kin only", () => {
    expect(canInstall(0, "ID=debian\n")).to.equal(true);
    expect(canInstall(0, 'ID=linuxmint\nID_LIKE="ubuntu debian"\n')).to.equal(true);
    expect(canInstall(1000, "ID=debian\n")).to.equal(false);
    expect(canInstall(0, "ID=fedora\nHOME_URL=https://debian.example\n")).to.equal(false);
  });

  it("names the programs that an engine lacks", () => {
    expect(
      missingEnginePrograms((name) => (name === "docker-init" ? undefined : `/usr/bin/${name}`)),
    ).to.deep.equal(["docker-init"]);
  });

  it("finds system programs also with a plain user's PATH", () => {
    expect(systemPath("/home/a/bin:/usr/bin").split(":"))
      .to.include("/usr/sbin")
      .and.to.have.property("0", "/home/a/bin");
  });

  it("runs PostgreSQL as postgres, else nobody, never as root", () => {
    const nobody = "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n";
    expect(serverUser(0, `${nobody}postgres:x:106:113::/:/bin/sh\n`)).to.deep.equal({ uid: 106, gid: 113 });
    expect(serverUser(0, nobody)).to.deep.equal({ uid: 65534, gid: 65534 });
    expect(serverUser(1000, nobody)).to.equal(undefined);
    expect(() => serverUser(0, "root:x:0:0::/:/bin/sh\n")).to.throw("neither a user postgres nor nobody");
  });

  it("keeps an old engine's key out of the system's folders, and sets nothing that a newer one refuses", () => {
    const record = { folder: "/f", runFolder: "/r", containers: [] };
    expect(dockerdSettings(record, "Docker version 20.10.24+dfsg1, build 5d6db84")).to.deep.equal({
      "deprecated-key-path": "/r/key.json",
    });
    expect(dockerdSettings(record, "Docker version 23.0.0, build 1")).to.deep.equal({});
  });
});

describe("layers", () => {
  it("depend on their entries alone, whatever their order", () => {
    const a = { path: "x/a", kind: "file", content: Buffer.from("a") } as const;
    const b = { path: "x/b", kind: "link", target: "a" } as const;
    expect(tarOf([a, b]).equals(tarOf([b, a]))).to.equal(true);
    expect(tarOf([a]).length).to.equal(512 * 5); // folder, file with one block, end
    expect(() => tarOf([{ path: "p".repeat(101), kind: "file" }])).to.throw("too long");
    expect(() => tarOf([{ path: "p".repeat(100), kind: "file" }])).not.to.throw();
  });

  it("hold the libraries that a program names", () => {
    const output = `
	linux-vdso.so.1 (0x00007f2bb7a6e000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2bb753e000)
	libgone.so => not found
	/lib64/ld-linux-x86-64.so.2 (0x00007f2bb7a70000)
`;
    expect(librariesIn(output)).to.deep.equal([
      "/lib/x86_64-linux-gnu/libc.so.6",
      "/lib64/ld-linux-x86-64.so.2",
    ]);
  });
});

describe("the shop", () => {
  it("takes an order that names a customer and whole cents above 0", () => {
    const order = (value: unknown) => readOrder(JSON.stringify(value));
    expect(order({ customer: "Ada", amount: 1 })).to.deep.equal({ customer: "Ada", amount: 1, note: null });
    expect(order({ customer: "Ada", amount: 2147483647, note: "now" })).to.have.property("note", "now");
    for (const amount of [0, -1, 1.5, "1", 2147483648])
      expect(order({ customer: "Ada", amount })).to.match(/^amount/);
    expect(order({ customer: " ", amount: 1 })).to.match(/^customer/);
    expect(order(null)).to.match(/^customer/);
    expect(readOrder("{")).to.equal("the body is not JSON");
  });

  it("waits for a database out of reach, and only for that", () => {
    for (const code of ["ECONNREFUSED", "ENOENT", "57P01", "57P03", "08006", "53300"]) {
      expect(isOutOfReach({ code, message: "" }), code).to.equal(true);
    }
    for (const code of ["42703", "42P01", "28P01", "3D000"])
      expect(isOutOfReach({ code, message: "" }), code).to.equal(false);
    expect(isOutOfReach(new Error("timeout exceeded when trying to connect"))).to.equal(true);
  });
});
