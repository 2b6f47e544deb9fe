import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { measure, type ErrorRateQueries } from "../../gates/prometheus";
import {
  prometheusProgram,
  startPrometheus,
  type PrometheusOptions,
} from "../../toolchain/machine/prometheus";

/** What is asked of the shop's counters. */
export const shopQueries = {
  errors: 'sum(increase(http_requests_total{code="500"}[$window]))',
  requests: "sum(increase(http_requests_total[$window]))",
} satisfies ErrorRateQueries;

/** Requests that the shop counts each 50 ms while it is busy; so many of them are errors that the share is exact. */
const each = 100;

/** A shop that counts its requests, and a real Prometheus that reads the counters. */
export class MeteredShop {
  readonly url: string;
  /** Far from zero: below it Prometheus does not extrapolate, so that young counters would not keep their share. */
  private readonly counted = { good: 1_000_000, bad: 1_000_000 };
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly server: Server,
    private readonly prometheus: { url: string; stop: () => Promise<void> },
  ) {
    this.url = prometheus.url;
    server.on("request", (_request, response) => {
      const { good, bad } = this.counted;
      response.end(
        "# TYPE http_requests_total counter\n" +
          `http_requests_total{code="200"} ${good}\nhttp_requests_total{code="500"} ${bad}\n`,
      );
    });
  }

  /** @param folder private folder for Prometheus */
  static async open(folder: string, user?: PrometheusOptions["user"]): Promise<MeteredShop> {
    const program = await prometheusProgram((line) => process.stdout.write(`  ${line}\n`));
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const options = { folder: join(folder, "prometheus"), scrape: [`127.0.0.1:${port}`], every: 0.2 };
    return new MeteredShop(server, await startPrometheus(program, { ...options, ...(user && { user }) }));
  }

  /** @param share of errors among the requests from now on; asked each time */
  busy(share: () => number): void {
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      const bad = Math.round(each * share());
      this.counted.bad += bad;
      this.counted.good += each - bad;
    }, 50);
  }

  /** Waits until Prometheus has seen this share in so many last seconds, and nothing else. */
  async seen(share: number, window: number): Promise<void> {
    for (;;) {
      const { ratio } = await measure({ url: this.url, timeout: 10 }, shopQueries, window);
      if (ratio !== undefined && Math.abs(ratio - share) < 0.001) return;
      await new Promise((wait) => setTimeout(wait, 100));
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.prometheus.stop();
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
