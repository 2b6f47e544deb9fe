import { successSpacing } from "../gates/healthDecision";
import { fieldsOf, isStructure, itemsOf, type Complain } from "./asWritten";
import { checkEnvironment } from "./serviceRules";
import { resourceName } from "./values";

/** What the settings of a stack mean to each other. */
export function checkStack(settings: unknown, complain: Complain): void {
  const { protected: isProtected, destroyData, services, volumes, gates, hooks } = fieldsOf(settings);
  if (isProtected === true && destroyData === true) {
    complain(
      ["destroyData"],
      "the stack is protected, so its data can't be destroyed: remove one of `protected` and `destroyData`",
    );
  }
  checkTime(fieldsOf(gates).health, ["gates", "health"], complain);
  for (const [name, gate] of Object.entries(fieldsOf(fieldsOf(gates).commands)))
    checkEnvironment(gate, (path, ...told) => complain(["gates", "commands", name, ...path], ...told));
  for (const when of ["before", "after"])
    checkHooks(fieldsOf(hooks)[when], (path, ...told) => complain(["hooks", when, ...path], ...told));
  checkPublishedOnce(services, complain);
  for (const [name, service] of Object.entries(fieldsOf(services))) {
    const tell: Complain = (path, message) => complain(["services", name, ...path], message);
    checkVolumes(service, volumes, tell);
    checkTcpProbe(service, tell);
    checkOwnTime(service, fieldsOf(gates).health, tell);
  }
}

/** A hook's name is its resource's, so it is there once. */
function checkHooks(hooks: unknown, complain: Complain): void {
  const names = itemsOf(hooks).map((hook) => fieldsOf(hook).name);
  names.forEach((name, index) => {
    if (typeof name === "string" && names.indexOf(name) < index)
      complain([index, "name"], "another hook of this list has this name: give each its own");
    checkEnvironment(itemsOf(hooks)[index], (path, ...told) => complain([index, ...path], ...told));
  });
}

interface Publication {
  service: string;
  address: string;
  host: number;
  protocol: string;
}

/** An address of the host is bound once; the wildcard address binds all of its family. */
function checkPublishedOnce(services: unknown, complain: Complain): void {
  const seen: Publication[] = [];
  for (const [service, settings] of Object.entries(fieldsOf(services))) {
    itemsOf(fieldsOf(settings).ports).forEach((port, index) => {
      const { address, host, protocol } = fieldsOf(port);
      if (typeof address !== "string" || typeof host !== "number" || typeof protocol !== "string") return;
      const published = { service, address, host, protocol };
      const other = seen.find((earlier) => collide(earlier, published));
      if (other !== undefined) {
        complain(
          ["services", service, "ports", index, "host"],
          `${address}:${host}/${protocol} is published by ${other.service} already: give each its own port`,
        );
      }
      seen.push(published);
    });
  }
}

function collide(one: Publication, other: Publication): boolean {
  if (one.host !== other.host || one.protocol !== other.protocol) return false;
  if (one.address === other.address) return true;
  const wildcard = (address: string) => address === "0.0.0.0" || address === "::";
  const sameFamily = one.address.includes(":") === other.address.includes(":");
  return sameFamily && (wildcard(one.address) || wildcard(other.address));
}

function checkVolumes(service: unknown, volumes: unknown, complain: Complain): void {
  if (!isStructure(volumes)) return;
  itemsOf(fieldsOf(service).volumes).forEach((mount, index) => {
    const { volume } = fieldsOf(mount);
    if (resourceName.safeParse(volume).success && !Object.hasOwn(volumes, String(volume)))
      complain(["volumes", index, "volume"], "no such volume: declare it under `volumes`");
  });
}

function checkTcpProbe(service: unknown, complain: Complain): void {
  const { health, ports, kind } = fieldsOf(service);
  const { tcp } = fieldsOf(health);
  if (typeof tcp !== "number" || !Array.isArray(ports) || kind === "worker") return;
  if (!ports.some((port) => fieldsOf(port).host === tcp))
    complain(["health", "tcp"], "name one of the service's published host ports");
}

/** A gate that can't be passed in its time would fail every `up`, with the old release gone already. */
function checkTime(times: unknown, path: PropertyKey[], complain: Complain): void {
  const { within, every, successes } = fieldsOf(times);
  if (typeof within !== "number" || typeof every !== "number" || typeof successes !== "number") return;
  const shortest = (successes - 1) * Math.min(every, successSpacing);
  if (within > 0 && shortest >= within) {
    complain(
      [...path, "within"],
      `write more than ${shortest}: ${successes} successes in a row take that many seconds`,
      `${within}`,
    );
  }
}

/** Only where a service sets a time of its own: what is wrong with everybody's is told once. */
function checkOwnTime(service: unknown, defaults: unknown, complain: Complain): void {
  const own = fieldsOf(fieldsOf(service).health);
  if (["within", "every", "successes"].some((name) => own[name] !== undefined))
    checkTime({ ...fieldsOf(defaults), ...own }, ["health"], complain);
}
