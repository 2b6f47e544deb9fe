import { expect } from "chai";
import { readSettings } from "../../settings/readSettings";
import { configuration, least, settingsOf, violationsIn } from "./stack";

describe("settings", () => {
  it("have these defaults", () => {
    expect(settingsOf({ imageTag: "v1", services: { worker: { kind: "worker" } } })).to.deep.equal({
      imageTag: "v1",
      releases: "releases",
      protected: false,
      target: "docker",
      docker: {},
      services: {
        worker: {
          kind: "worker",
          ports: [],
          env: {},
          secrets: {},
          volumes: [],
          networks: [],
          restart: "unless-stopped",
          readOnly: false,
          init: true,
          stopSignal: "SIGTERM",
          stopGraceSeconds: 10,
        },
      },
      volumes: {},
      schema: { scratch: "embedded" },
      guards: {
        schema: "conditional",
        horizon: false,
        wayBack: 3,
        disk: { limit: 80 },
        ci: { api: "https://api.github.com", names: [], unknown: "warn" },
      },
      quarantine: [],
      gates: { health: { within: 120, every: 10, successes: 3, timeout: 5 }, commands: {} },
      hooks: { before: [], after: [] },
      record: { folder: ".knowngood", evidence: { logLines: 200, kept: 50 } },
      drill: { maxAgeDays: 30 },
      autoRollback: false,
      destroyData: false,
    });
  });

  it("have these defaults in a service with a port, a mount, a probe and a database", () => {
    const { services, database } = settingsOf(
      {
        imageTag: "v1",
        services: {
          api: {
            ports: [{ container: 80, host: 8080 }],
            volumes: [{ volume: "uploads", container: "/data" }],
            health: { path: "/health" },
          },
        },
        volumes: { uploads: {} },
        database: {},
      },
      { databaseUrl: "postgres://shop:hunter2@db/shop" },
    );
    expect(services.api?.kind).to.equal("web");
    expect(services.api?.ports).to.deep.equal([
      { container: 80, host: 8080, address: "127.0.0.1", protocol: "tcp" },
    ]);
    expect(services.api?.volumes).to.deep.equal([{ volume: "uploads", container: "/data", readOnly: false }]);
    expect(services.api?.health).to.deep.equal({
      path: "/health",
      status: [200],
      headers: {},
      secretHeaders: {},
    });
    expect(database).to.deep.equal({
      url: "databaseUrl",
      table: "schema_migrations",
      lockTimeout: 60,
      countUpTo: 1_000_000,
      backup: { when: "risky", keep: 10, within: 3600, secrets: {} },
    });
  });

  it("are taken as they are written, with everything set", () => {
    const everything = {
      imageTag: "1234567",
      releases: "catalog",
      protected: true,
      target: "docker",
      docker: { host: "ssh://deploy@shop.example", prefix: "shop" },
      services: {
        api: {
          kind: "web",
          ports: [{ container: 1, host: 65535, address: "::1", protocol: "udp" }],
          env: { A: "" },
          secrets: { TOKEN: "apiToken" },
          entrypoint: ["/bin/sh"],
          command: ["-c", "sleep 1"],
          user: "1000:1000",
          volumes: [{ host: "/srv", container: "/data", readOnly: true }],
          networks: ["shared"],
          restart: "no",
          cpus: 0.5,
          memoryMiB: 6,
          readOnly: true,
          init: false,
          stopSignal: "SIGRTMIN+3",
          stopGraceSeconds: 3600,
          health: {
            url: "https://shop.example/health",
            status: [100, 599],
            body: "ok",
            json: { "checks.database": "ok", count: 1 },
            headers: { Accept: "application/json" },
            secretHeaders: { Authorization: "apiToken" },
            within: 3600,
            every: 0.1,
            successes: 100,
            timeout: 60,
          },
        },
      },
      volumes: { uploads: {} },
      database: {
        url: "db-url",
        tool: "flyway",
        table: "app.versions",
        lockTimeout: 3600,
        countUpTo: 0,
        backup: {
          when: "always",
          folder: "/srv/backups",
          keep: 1,
          keepDays: 36_500,
          image: "postgres:17",
          command: ["./snapshot.sh", "--now"],
          within: 86_400,
          secrets: { PANEL_TOKEN: "apiToken" },
        },
      },
      schema: {
        scratch: "scratch-url",
        role: "shop_app",
        dump: { file: "db/schema.sql", upTo: "20260101000000" },
      },
      guards: {
        schema: "destructive",
        horizon: true,
        wayBack: 20,
        disk: {
          limit: 0,
          engine: { command: ["df", "-kP", "/"], within: 1 },
          database: { command: ["./df.sh"], within: 10 },
        },
        ci: {
          repository: "acme/shop.site",
          api: "http://github.example/api/v3",
          token: "apiToken",
          names: ["build"],
          unknown: "refuse",
        },
      },
      hold: "restoring the orders is being decided",
      quarantine: [
        { tag: "v2", reason: "loses orders" },
        { digest: `sha256:${"a".repeat(64)}`, reason: "CVE-2026-1" },
      ],
      retry: { tag: "v1", reason: "it was the network" },
      adopt: true,
      stepDown: "20260102000000",
      acknowledge: "0123456789ab",
      gates: {
        health: { within: 1, every: 300, successes: 1, timeout: 0.1 },
        commands: {
          smoke: {
            command: ["npm", "run", "smoke"],
            within: 86_400,
            env: { BASE: "https://shop.example" },
            secrets: { TOKEN: "apiToken" },
            errorCodes: [1, 255],
          },
        },
        errorRate: {
          url: "https://prometheus.example/prefix",
          ratio: "e[$window] / r[$window]",
          bearer: "apiToken",
          headers: { "X-Scope-OrgID": "shop" },
          timeout: 60,
          watch: 1,
          watchBack: 86_400,
          every: 1,
          factor: 1,
          floor: 0,
          limit: 1,
          baselineWindow: 86_400,
          leastRequests: 1,
          inconclusive: "fail",
          cleanSamples: 1,
        },
      },
      hooks: {
        before: [
          { name: "drain", command: ["./drain.sh"], within: 1, env: { A: "" }, secrets: { B: "apiToken" } },
        ],
        after: [{ name: "drain", command: ["./open.sh"], within: 2, env: {}, secrets: {} }],
      },
      record: {
        folder: "/var/lib/records",
        file: "/var/log/releases.jsonl",
        reason: "payments fail",
        detected: "alert",
        owner: "anna",
        webhook: "db-url",
        postmortem: {
          repository: "acme/shop",
          token: "apiToken",
          api: "https://github.example/api/v3",
          labels: ["postmortem"],
          assignees: ["anna"],
          logLines: 200,
        },
        evidence: { logLines: 0, kept: 1 },
      },
      drill: { maxAgeDays: 0 },
      autoRollback: true,
      destroyData: false,
    };
    expect(
      settingsOf(everything, { apiToken: "hunter2", "db-url": "x", "scratch-url": "z", unused: "y" }),
    ).to.deep.equal(everything);
  });

  it("have these defaults in an error-rate gate", () => {
    const queries = { errors: "e[$window]", requests: "r[$window]" };
    const { gates } = settingsOf({
      ...least,
      gates: { errorRate: { url: "http://127.0.0.1:9090", ...queries } },
    });
    expect(gates.errorRate).to.deep.equal({
      url: "http://127.0.0.1:9090",
      ...queries,
      headers: {},
      timeout: 10,
      watch: 600,
      watchBack: 300,
      every: 15,
      factor: 2,
      floor: 0.01,
      baselineWindow: 600,
      leastRequests: 30,
      inconclusive: "pass",
    });
  });

  it("take a secret that nobody names, and other namespaces, as none of their business", () => {
    const { values, ...rest } = configuration(least, { spare: "hunter2" });
    const other = { ...values, "docker:host": "unix:///x", "other:imageTag": "v9", "other:nonsense": "1" };
    expect(readSettings({ ...rest, values: other }).imageTag).to.equal("v1");
  });

  it("keep a tag, a folder, a version, a fingerprint and a reason of digits as texts", () => {
    const { imageTag, releases, stepDown, acknowledge, hold } = settingsOf({
      ...least,
      imageTag: "1234567",
      releases: "2026",
      stepDown: "0001",
      acknowledge: "000000001e10",
      hold: "4711",
    });
    expect([imageTag, releases, stepDown, acknowledge, hold]).to.deep.equal([
      "1234567",
      "2026",
      "0001",
      "000000001e10",
      "4711",
    ]);
  });

  it("let one port be published for both protocols, on two addresses, and of two families", () => {
    const on = (host: number, address: string, protocol = "tcp") => ({
      container: 80,
      host,
      address,
      protocol,
    });
    const ports = [
      on(80, "127.0.0.1"),
      on(80, "127.0.0.1", "udp"),
      on(80, "127.0.0.2"),
      on(80, "::"),
      on(81, "0.0.0.0"),
    ];
    expect(violationsIn({ imageTag: "v1", services: { api: { ports, health: { path: "/" } } } })).to.be.empty;
  });

  it("let the successes fit into a gate's time by as little as there is", () => {
    const withTimes = (within: number, every: number, successes: number) =>
      violationsIn({ ...least, gates: { health: { within, every, successes } } });
    expect(withTimes(2.01, 10, 9)).to.be.empty;
    expect(withTimes(2, 10, 9)).to.have.length(1);
    expect(withTimes(1, 0.1, 10)).to.be.empty;
    expect(withTimes(1, 0.1, 12)).to.have.length(1);
  });
});
