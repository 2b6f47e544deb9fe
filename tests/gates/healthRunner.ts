import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { FailureRecord } from "../../gates/failureRecord";
import type { HealthRequestInput } from "../../gates/healthRequest";
import { fakeDocker, type FakeDocker } from "./fakeDocker";

const root = resolve(__dirname, "../..");

export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

/** The runner of health gates as a process, with a folder, servers and a `docker` of each test's own. */
export class HealthRunner {
  folder = "";
  /** Another one in each test, like the folder. */
  docker!: FakeDocker;
  private readonly servers: Server[] = [];
  private readonly children: ChildProcess[] = [];

  /** To be made within a suite, whose tests it follows. */
  constructor() {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), "knowngood-gates-"));
      this.docker = fakeDocker(this.folder);
    });
    afterEach(async () => {
      for (const child of this.children.splice(0)) child.kill("SIGKILL");
      await Promise.all(
        this.servers.splice(0).map((server) => {
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        }),
      );
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  readonly serving = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer);
    this.servers.push(server);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
  };

  readonly requested = (url: string, change: Partial<HealthRequestInput> = {}): HealthRequestInput => ({
    stack: "shop/prod",
    service: "api",
    release: "v3",
    digest: "sha256:aa",
    probe: { kind: "http", url, status: [200] },
    // What passes has time, on a busy machine too; what fails is given less.
    within: 10,
    every: 0.1,
    successes: 3,
    timeout: 1,
    records: join(this.folder, "records"),
    redact: [],
    ...change,
  });

  readonly started = (input: string, path = `${this.docker.bin}:${process.env.PATH}`): ChildProcess => {
    const child = spawn(
      process.execPath,
      ["--require", "./toolchain/loadTypescript.cjs", "gates/run.ts", "health"],
      {
        cwd: root,
        env: { ...process.env, PATH: path, DOCKER_HOST: "unix:///default.sock" },
      },
    );
    this.children.push(child);
    child.stdin.end(input);
    return child;
  };

  readonly ended = async (child: ChildProcess): Promise<Ended> => {
    const start = performance.now();
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const [exitCode] = (await once(child, "close")) as [number | null];
    return { exitCode, stdout, stderr, seconds: (performance.now() - start) / 1000 };
  };

  readonly run = (request: unknown) => this.ended(this.started(JSON.stringify(request)));

  readonly record = (): FailureRecord => {
    const stack = join(this.folder, "records", "shop-prod");
    const files = readdirSync(stack);
    expect(files).to.have.length(1);
    expect(files[0]).to.match(/^\d{8}T\d{6}\.\d{3}Z-health-api\.json$/);
    return JSON.parse(readFileSync(join(stack, files[0] ?? ""), "utf8")) as FailureRecord;
  };
}

export const healthy: RequestListener = (_request, response) => void response.end("ok");
export const sick: RequestListener = (_request, response) => void response.writeHead(500).end("no database");
