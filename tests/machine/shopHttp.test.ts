import { expect } from "chai";
import { spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../toolchain/machine/registry";

describe("the shop's HTTP services", () => {
  it("finish a request in flight on SIGTERM and end within a second, also with an open connection", async () => {
    const port = await freePort();
    const script = `
      const { serve } = require("./demo/shop/service/http");
      serve(async () => {
        await new Promise((resolve) => setTimeout(resolve, 400));
        return { status: 200, body: { finished: true } };
      });`;
    const service = spawn(process.execPath, ["--require", "./toolchain/loadTypescript.cjs", "-e", script], {
      cwd: join(__dirname, "..", ".."),
      env: { ...process.env, PORT: String(port), HOST: "127.0.0.1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number | null>((resolve) => service.once("exit", resolve));
    await new Promise((resolve) => service.stdout.once("data", resolve));

    const agent = new Agent({ keepAlive: true });
    const answer = new Promise<string>((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, agent }, (response) => {
        response.on("data", (data: Buffer) => resolve(data.toString()));
      });
      asked.on("error", reject);
      asked.end();
    });
    await sleep(100);
    const stopped = Date.now();
    service.kill("SIGTERM");
    expect(await answer).to.equal('{"finished":true}\n');
    expect(await ended).to.equal(0);
    expect(Date.now() - stopped).to.be.within(250, 1000);
    agent.destroy();
  });

  it("count visitors' answers by status at /metrics, as Prometheus reads them, and not what machines ask for", async () => {
    const port = await freePort();
    const script = `
      const { serve } = require("./demo/shop/service/http");
      serve(async ({ path }) => {
        if (path === "/broken") throw new Error("out of luck");
        return { status: path === "/gone" ? 404 : 200, body: {} };
      });`;
    const service = spawn(process.execPath, ["--require", "./toolchain/loadTypescript.cjs", "-e", script], {
      cwd: join(__dirname, "..", ".."),
      env: { ...process.env, PORT: String(port), HOST: "127.0.0.1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await new Promise((resolve) => service.stdout.once("data", resolve));
      const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
      const counted = async () => (await ask("/metrics")).split("\n").filter((line) => /^http_/.test(line));
      expect(await counted()).to.deep.equal([
        'http_requests_total{code="200"} 0',
        'http_requests_total{code="500"} 0',
      ]);
      for (const path of ["/orders", "/health", "/gone", "/broken", "/orders"]) await ask(path);
      expect(await counted()).to.deep.equal([
        'http_requests_total{code="200"} 2',
        'http_requests_total{code="500"} 1',
        'http_requests_total{code="404"} 1',
      ]);
    } finally {
      service.kill("SIGKILL");
    }
  });
});
