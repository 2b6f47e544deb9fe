import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { availability, type Answer } from "../../bench/answers";
import { SteadyClient } from "../../bench/client";

/** Requests 20 ms apart that took 5 ms each: `+` was answered, `-` was not. */
function met(pattern: string): Answer[] {
  return [...pattern].map((sign, place) => ({
    sentAt: 20 * place,
    endedAt: 20 * place + 5,
    healthy: sign === "+",
  }));
}

describe("what the bench's client met", () => {
  it("is nothing where every request was answered", () => {
    expect(availability(met("++++"))).to.deep.equal({ requests: 4, failed: 0, secondsWithout: 0 });
    expect(availability([])).to.deep.equal({ requests: 0, failed: 0, secondsWithout: 0 });
  });

  it("lasts from the last healthy answer to the next one", () => {
    expect(availability(met("++--+"))).to.deep.equal({ requests: 5, failed: 2, secondsWithout: 0.06 });
  });

  it("adds up outages", () => {
    expect(availability(met("+-+--+"))).to.deep.equal({ requests: 6, failed: 3, secondsWithout: 0.1 });
  });

  it("counts from the first request and to the last answer where no healthy one is beyond", () => {
    expect(availability(met("-+")).secondsWithout).to.equal(0.025);
    expect(availability(met("+--")).secondsWithout).to.equal(0.04);
    expect(availability(met("---")).secondsWithout).to.equal(0.045);
  });

  it("takes no early answer that came late for the end of an outage", () => {
    const answers = met("+--+");
    answers.push({ sentAt: 1, endedAt: 30, healthy: true });
    expect(availability(answers).secondsWithout).to.equal(0.06);
  });

  it("does not depend on the order", () => {
    expect(availability(met("++--+-+").reverse())).to.deep.equal(availability(met("++--+-+")));
  });
});

describe("the bench's client", () => {
  let server: Server | undefined;
  let status = 200;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  async function serve(answering = true): Promise<string> {
    server = createServer((_, response) => {
      if (answering) response.writeHead(status).end("ok");
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server?.address() as AddressInfo).port}/health`;
  }

  it("asks 50 times a second, and tells good answers from bad ones", async () => {
    const client = new SteadyClient(await serve());
    await sleep(500);
    status = 503;
    await sleep(500);
    const { requests, failed } = availability(await client.stop());
    status = 200;
    expect(requests).to.be.within(45, 60);
    expect(failed).to.be.within(15, 35);
  });

  it("counts a refused connection as failed", async () => {
    const url = await serve();
    server?.close();
    await sleep(50);
    const client = new SteadyClient(url);
    await sleep(200);
    const { requests, failed } = availability(await client.stop());
    expect(requests).to.be.greaterThan(0);
    expect(failed).to.equal(requests);
  });

  it("does not wait for answers before it asks again, and gives up after a second", async () => {
    const client = new SteadyClient(await serve(false));
    await sleep(300);
    const answers = await client.stop();
    expect(answers.length).to.be.greaterThan(5);
    expect(answers.every(({ healthy }) => !healthy)).to.equal(true);
    expect(Math.max(...answers.map(({ sentAt, endedAt }) => endedAt - sentAt))).to.be.within(950, 1500);
  });
});
