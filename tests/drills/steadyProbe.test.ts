import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { probedFrom, startSteadyProbe, type ProbedRequest } from "../../drills/steadyProbe";
import { httpProbe } from "../../gates/httpProbe";

const good = (sentAt: number): ProbedRequest => ({ sentAt, wrong: undefined });
const bad = (sentAt: number, wrong = "status 503"): ProbedRequest => ({ sentAt, wrong });

describe("what a steady probe came to", () => {
  it("is nothing where nothing was asked", () => {
    expect(probedFrom([], 5000)).to.deep.equal({
      seconds: 0,
      requests: 0,
      failed: 0,
      longestOutage: 0,
      answers: {},
    });
  });

  it("is the longest of its outages, each until the next good answer", () => {
    const requests = [good(0), bad(50), good(100), bad(150), bad(200), good(250), bad(300)];
    expect(probedFrom(requests, 310)).to.deep.equal({
      seconds: 0.31,
      requests: 7,
      failed: 4,
      longestOutage: 0.1,
      answers: { "status 503": 4 },
    });
  });

  it("counts an outage that does not end until the end", () => {
    expect(probedFrom([good(0), bad(50), bad(100)], 4050).longestOutage).to.equal(4);
  });

  it("tells the most frequent answers", () => {
    const words = ["a", "b", "b", "c", "c", "d", "d", "e", "e", "f", "f", "f"];
    const { answers } = probedFrom(
      words.map((word, index) => bad(index, word)),
      100,
    );
    expect(answers).to.deep.equal({ f: 3, b: 2, c: 2, d: 2, e: 2 });
  });
});

describe("a steady probe", () => {
  let server: Server;
  let answers: (number: number) => "good" | "sick" | "drop" | "silence";
  let asked: number;
  const start = async () => {
    asked = 0;
    server = createServer((request, response) => {
      asked += 1;
      switch (answers(asked)) {
        case "good":
          return response.writeHead(200).end("fine");
        case "sick":
          return response.writeHead(503).end("the password is hunter2");
        case "drop":
          return request.socket.destroy();
        case "silence":
          return;
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return httpProbe({ kind: "http", url: `http://127.0.0.1:${port}/health`, status: [200] });
  };
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("counts what is dropped and what is sick, and keeps no body", async () => {
    answers = (number) => (number % 5 === 0 ? "drop" : number % 5 === 1 ? "sick" : "good");
    const stop = startSteadyProbe(await start(), { timeout: 20_000, rate: 100 });
    await until(() => asked >= 25);
    const { requests, failed, answers: words, longestOutage } = await stop();
    expect(requests).to.equal(asked);
    const dropped = Math.floor(asked / 5);
    const sick = Math.floor((asked + 4) / 5);
    expect(failed).to.equal(dropped + sick);
    expect(words).to.deep.equal({
      "connection closed without an answer": dropped,
      "status 503": sick,
    });
    expect(longestOutage).to.be.above(0);
  });

  it("goes on asking while answers are awaited, and waits no longer for them than they may take", async () => {
    answers = (number) => (number === 1 ? "silence" : "good");
    const stop = startSteadyProbe(await start(), { timeout: 1000, rate: 100 });
    await until(() => asked >= 3);
    const { requests, failed, answers: words } = await stop();
    expect(requests).to.be.at.least(3);
    // On a busy machine a good answer may come too late as well.
    expect(failed).to.be.at.least(1);
    expect(words).to.deep.equal({ "no answer within 1 s": failed });
  });

  it("sends no faster than its rate, and ends by itself", async () => {
    answers = () => "good";
    const stop = startSteadyProbe(await start(), { timeout: 20_000, rate: 40, longest: 0.25 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { requests, failed } = await stop();
    // A busy machine sends fewer, maybe none.
    expect(requests).to.be.at.most(10);
    expect(requests).to.equal(asked);
    expect(failed).to.equal(0);
  });

  it("tells a service that is not there", async () => {
    answers = () => "good";
    const probe = await start();
    server.close();
    const stop = startSteadyProbe(probe, { timeout: 20_000, rate: 100 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { requests, failed, answers: words } = await stop();
    expect(requests).to.be.above(0);
    expect(failed).to.equal(requests);
    expect(words).to.deep.equal({ "connection refused": requests });
  });
});
