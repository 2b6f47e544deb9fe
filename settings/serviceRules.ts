import { fieldsOf, isStructure, itemsOf, type Complain } from "./asWritten";

/** What the parts of a mount mean to each other. */
export function checkMount(mount: unknown, complain: Complain): void {
  const { volume, host } = fieldsOf(mount);
  if ((volume === undefined) === (host === undefined))
    complain([], "name one of `volume` and `host`, not both and not neither");
}

const probeKinds = ["path", "url", "tcp", "exec"] as const;
const httpOnly = ["body", "json", "headers", "secretHeaders"] as const;

/** What the parts of a health probe mean to each other. */
export function checkHealth(health: unknown, complain: Complain): void {
  const probe = fieldsOf(health);
  const kinds = probeKinds.filter((kind) => probe[kind] !== undefined);
  if (kinds.length > 1) complain([], `name one probe, not ${kinds.join(" and ")}`);
  if (kinds.includes("path") || kinds.includes("url")) return;
  for (const name of httpOnly) {
    const value = probe[name];
    const isSet = name === "body" ? value !== undefined : Object.keys(fieldsOf(value)).length > 0;
    if (isSet) complain([name], "it needs an HTTP probe: add `path` or `url`");
  }
}

/** What the settings of a service mean to each other. */
export function checkService(service: unknown, complain: Complain): void {
  const settings = fieldsOf(service);
  if (settings.kind === "worker") checkWorker(settings, complain);
  if (settings.kind === "web") checkWeb(settings, complain);
  checkEnvironment(settings, complain);
}

/** A variable has one value: in clear or secret. */
export function checkEnvironment(settings: unknown, complain: Complain): void {
  const { env, secrets } = fieldsOf(settings);
  for (const name of Object.keys(fieldsOf(secrets))) {
    if (Object.hasOwn(fieldsOf(env), name))
      complain(["secrets", name], "keep it in one of the two", `${name}, which is in \`env\` too`);
  }
}

function checkWorker(settings: Readonly<Record<string, unknown>>, complain: Complain): void {
  if (itemsOf(settings.ports).length > 0)
    complain(["ports"], "a worker has no port: remove the ports, or write kind: web");
  const health = fieldsOf(settings.health);
  for (const kind of ["path", "tcp"] as const) {
    if (health[kind] !== undefined)
      complain(["health", kind], "a worker is probed by `exec` or by its container's state: remove it");
  }
}

function checkWeb(settings: Readonly<Record<string, unknown>>, complain: Complain): void {
  const health = fieldsOf(settings.health);
  const judged = settings.health === undefined || isStructure(settings.health);
  if (judged && probeKinds.every((kind) => health[kind] === undefined)) {
    complain(
      ["health"],
      "a web service needs a health probe, such as {path: /health}; or write kind: worker",
    );
  }
  if (health.path !== undefined && Array.isArray(settings.ports) && settings.ports.length === 0) {
    complain(
      ["ports"],
      "`health.path` is asked on the first published port: publish one, or give `health.url`",
    );
  }
}
