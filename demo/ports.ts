import { createServer } from "node:net";
import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { freePort } from "../toolchain/machine/registry";

export interface ShopPorts {
  api: number;
  web: number;
}

interface StackFile {
  config: { "knowngood:services": Record<keyof ShopPorts, { ports: [{ host: number }] }> };
}

/** The host ports that a stack file of the shop publishes. */
export function portsIn(file: string): ShopPorts {
  const { config } = load(readFileSync(file, "utf8")) as StackFile;
  const { api, web } = config["knowngood:services"];
  return { api: api.ports[0].host, web: web.ports[0].host };
}

/** A port where it is free on 127.0.0.1, otherwise another one. */
export async function portOrAnother(port: number): Promise<number> {
  return (await isFree(port)) ? port : freePort();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
