import { expect } from "chai";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { gatherDisk, type DiskRequest } from "../../assessment/diskEvidence";
import { catalogOf, release, serviceInState, stateOf } from "../history/states";

/** Seconds of the limit; and those by which a busy machine may be late: what is asked has 10 s each by itself. */
const limit = 1;
const slack = 8;

describe("the evidence of disks", () => {
  let server: Server;
  let address: string;
  const sockets = new Set<Socket>();
  // A registry and an engine that take a question and never answer.
  before(async () => {
    server = createServer((socket) => {
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
      sockets.add(socket.resume());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });

  const [older, newer] = [release("v1", 1, { api: "a" }), release("v2", 2, { api: "b" })];
  const state = Promise.resolve(stateOf(...serviceInState("api", "b", "v2", "v2")));
  const missing = () => Promise.resolve(["api"]);
  const dfOf = (used: number, free: number) => [
    "printf",
    "%s\\n",
    "Filesystem 1024-blocks Used Available Capacity Mounted on",
    `/dev/disk ${used + free} ${used} ${free} 1% /data`,
  ];

  async function back(command: string[]) {
    const image = { repository: `${address}/acme/api`, digest: older.services.api?.digest ?? "" };
    const target = { ...older, services: { api: image } };
    const request: DiskRequest = {
      stackLabel: "shop/prod",
      target,
      catalog: catalogOf(target, newer),
      services: ["api"],
      wayBack: 3,
      engine: `tcp://${address}`,
      disk: { limit: 80, engine: { command, within: 10 } },
      database: undefined,
    };
    const began = performance.now();
    const evidence = await gatherDisk(request, state, missing(), limit);
    return { evidence, seconds: (performance.now() - began) / 1000 };
  }

  it("ends in its time where the registry does not answer what is to be pulled, and what is on a full disk", async () => {
    const { evidence, seconds } = await back(dfOf(95, 5));
    expect(evidence?.disks.map(({ filesystem }) => filesystem.free)).to.deep.equal([5 * 1024]);
    expect(evidence?.pull).to.deep.equal({ unknown: `no answer in ${limit} s` });
    expect(evidence?.use).to.deep.equal([]);
    expect(evidence?.removable).to.have.property("unknown");
    expect(seconds).to.be.lessThan(limit + slack);
  });

  it("ends in its time where a command does not end", async () => {
    const { evidence, seconds } = await back(["sleep", "600"]);
    expect(evidence?.unknown).to.deep.equal([{ of: "engine", why: `no answer in ${limit} s`, asked: true }]);
    expect(seconds).to.be.lessThan(limit + slack);
  });

  it("asks nobody any more once it has ended", async () => {
    const began = performance.now();
    await back(dfOf(5, 5));
    while (sockets.size > 0 && performance.now() - began < (limit + slack) * 1000)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sockets.size).to.equal(0);
  });
});
