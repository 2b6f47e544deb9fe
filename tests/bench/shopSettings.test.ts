import { expect } from "chai";
import { load } from "js-yaml";
import { benchServices, composeFile, stackFile } from "../../bench/shopSettings";

const place = {
  prefix: "bench-abc123-compose",
  ports: { api: 40001, web: 40002 },
  socketFolder: "/tmp/sockets",
  database: "shop_bench",
};

describe("the shop of the bench", () => {
  const services = benchServices(place);

  it("is the same for compose as for knowngood", () => {
    const compose = load(composeFile(place, services)) as { name: string; services: Record<string, unknown> };
    expect(compose.name).to.equal(place.prefix);
    expect(Object.keys(compose.services)).to.deep.equal(["api", "worker", "web"]);
    expect(compose.services["worker"]).to.deep.equal({
      image: "${WORKER_IMAGE}",
      restart: "unless-stopped",
      init: true,
      stop_signal: "SIGTERM",
      stop_grace_period: "20s",
      cpus: 0.5,
      mem_limit: "128m",
      memswap_limit: "256m",
      environment: {
        DATABASE_URL: "postgres://shop@/shop_bench?host=/var/run/postgresql",
        PGPASSWORD: "${databasePassword}",
      },
      ports: [],
      volumes: ["/tmp/sockets:/var/run/postgresql"],
      healthcheck: {
        test: ["CMD", "/usr/local/bin/node", "/app/check.js"],
        interval: "0.5s",
        timeout: "5s",
        retries: 240,
      },
    });
    expect(compose.services["api"]).to.deep.include({
      ports: ["127.0.0.1:40001:8080"],
      stop_grace_period: "10s",
      healthcheck: {
        test: ["CMD", "/bin/wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/health"],
        interval: "0.5s",
        timeout: "5s",
        retries: 240,
      },
    });
  });

  it("leaves knowngood's gates at their defaults", () => {
    const { config } = load(stackFile(place, services)) as { config: Record<string, unknown> };
    expect(Object.keys(config)).to.deep.equal([
      "knowngood:docker",
      "knowngood:services",
      "knowngood:database",
    ]);
    expect(config["knowngood:services"]).to.deep.equal(services);
  });
});
