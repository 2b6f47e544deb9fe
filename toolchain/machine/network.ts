import { readFileSync } from "node:fs";
import { runCommand, tryCommand } from "./commands";

/** The bridge of network number N. */
export const bridgeName = (network: number) => `kg${network}`;

/** First bytes of the addresses in `10.x` that a routing table (the text of `/proc/net/route`) leaves free, 128 to 254. */
export function freeNetworks(routes: string): number[] {
  const taken = routes
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .flatMap(([, destination, , , , , , mask]) => {
      if (destination === undefined || mask === undefined || mask === "00000000") return [];
      // Little-endian hexadecimal: the last two digits are the address's first byte.
      const bytes = (hex: string) =>
        [hex.slice(6, 8), hex.slice(4, 6)].map((byte) => Number.parseInt(byte, 16));
      const [first = 0, second = 0] = bytes(destination);
      const [, secondMask = 0] = bytes(mask);
      return first === 10 ? [{ second, secondMask }] : [];
    });
  return Array.from({ length: 127 }, (_, index) => 128 + index).filter((candidate) =>
    taken.every(({ second, secondMask }) => (candidate & secondMask) !== (second & secondMask)),
  );
}

/**
 * Makes a bridge that no other engine on this machine has: its name is claimed by making it.
 * @param random 0 to 1, so that several runs don't try in the same order
 * @throws when this machine lets no bridge be made
 */
export async function createBridge(random: number): Promise<number> {
  const free = freeNetworks(readFileSync("/proc/net/route", "utf8"));
  const start = Math.floor(random * free.length);
  for (const network of [...free.slice(start), ...free.slice(0, start)]) {
    const bridge = bridgeName(network);
    const made = await tryCommand(["ip", "link", "add", "name", bridge, "type", "bridge"]);
    if (made.code === 0) {
      await runCommand(["ip", "address", "add", `10.${network}.0.1/24`, "dev", bridge]);
      await runCommand(["ip", "link", "set", bridge, "up"]);
      return network;
    }
    if (!made.stderr.includes("File exists")) {
      throw new Error(
        `This machine lets no network bridge be made, which containers with published ports need: ${made.stderr.trim()}\n` +
          "Run where CAP_NET_ADMIN is granted, or set DOCKER_HOST to an engine that runs already.",
      );
    }
  }
  throw new Error(
    "No free network in 10.128.0.0/9: remove bridges that are no longer used (`ip link show type bridge`).",
  );
}

/** Removes the bridge of a network and those of the engine's user-defined networks within it. */
export async function removeBridges(network: number): Promise<void> {
  const listed = await tryCommand(["ip", "-o", "-4", "address", "show", "to", `10.${network}.0.0/16`]);
  const names = listed.stdout.split("\n").flatMap((line) => /^\d+:\s+(\S+)/.exec(line)?.[1] ?? []);
  // A bridge that was claimed but not yet given an address is found by its name alone.
  for (const name of new Set([...names, bridgeName(network)])) {
    if (/^(kg\d+|br-[0-9a-f]{12})$/.test(name)) await tryCommand(["ip", "link", "delete", name]);
  }
}
