import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { assessRelease, CommandGate, DeployedRelease, HealthGate } from "knowngood";

/** The port of this machine that the container answers on. */
const port = new pulumi.Config().getNumber("port") ?? 8080;

/** What the release means, then a container of our own, then the gates, and at last what is remembered. */
export = async () => {
  // Ends the program here where a guard refuses the release: nothing is declared yet.
  const release = await assessRelease({ services: ["web"] });

  const image = new docker.RemoteImage("web", { name: release.image("web"), keepLocally: true });
  const web = new docker.Container(
    "web",
    {
      image: release.image("web"),
      ports: [{ internal: 8080, external: port, ip: "127.0.0.1" }],
      init: true,
      restart: "unless-stopped",
      // A container that can't start is the gate's to report, with its logs.
      wait: false,
    },
    // The port is taken until the old container is gone; the new image is pulled before that.
    { deleteBeforeReplace: true, dependsOn: image },
  );

  // Asked again whenever the container was replaced, on the way back too.
  const health = new HealthGate("web-health", {
    ...release.healthGate("web"),
    containerId: web.id,
    probe: { kind: "http", url: `http://127.0.0.1:${port}/health` },
    within: 20,
  });
  const smoke = new CommandGate("smoke", {
    ...release.commandGate("smoke"),
    command: ["node", "smoke.mjs", `http://127.0.0.1:${port}/health`],
    rerunOn: [web.id],
    runAfter: [health],
  });

  // By this the next preview knows what runs, and where to go back to.
  const deployed = new DeployedRelease("release", {
    release,
    runs: { web: web.id },
    gates: [health, smoke],
  });
  return { image: web.image, knownGood: deployed.knownGood };
};
