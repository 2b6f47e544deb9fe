import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { announcement, headline } from "./assessment/announcement";
import { assess, type Assessment } from "./assessment/assessment";
import { gather, type Evidence } from "./assessment/evidence";
import { targetRelease } from "./assessment/targetRelease";
import { readCatalog } from "./catalog/catalog";
import { reclaimType } from "./components/reclaim";
import { Release } from "./components/release";
import type { HealthReport } from "./gates/healthReport";
import { networkGeneration } from "./history/recordedNetwork";
import { secretOutput, secretText, stackConfiguration } from "./settings/engineConfiguration";
import { readSettings } from "./settings/readSettings";
import { backendWarning, stateBackend } from "./settings/stateBackend";
import { InvalidInput } from "./settings/violations";

const project = pulumi.getProject();
const stack = pulumi.getStack();

/** Settings, the release that they name, what it would mean, and only then the resources. */
async function program() {
  const configuration = stackConfiguration();
  const settings = readSettings(configuration);
  const catalog = readCatalog(settings.releases);
  const target = targetRelease(catalog, settings.imageTag, `Pulumi.${stack}.yaml: ${project}:imageTag`);
  const services = Object.keys(settings.services);
  const prefix = settings.docker.prefix ?? `${project}-${stack}`;
  const evidence = await gather({
    stack,
    stackLabel: `${project}/${stack}`,
    target,
    catalog,
    services,
    network: prefix,
    engine: settings.docker.host,
    database: settings.database && {
      url: secretText(configuration, settings.database.url),
      table: settings.database.table,
    },
    askForMovedTags: pulumi.runtime.isDryRun(),
  });
  const assessment = assess(target, services, catalog, evidence);
  await announce(assessment, backendWarning(settings, stateBackend(process.env)));
  refuse(assessment);

  const release = withoutStacks(
    () =>
      new Release(
        "release",
        {
          stack: `${project}/${stack}`,
          prefix,
          settings,
          assessment,
          strays: evidence.strays,
          networkGeneration: (networkGeneration(evidence.state) ?? 0) + (evidence.networkLost ? 1 : 0),
          reclaimedBefore: evidence.state.resources.some(({ type }) => type === reclaimType),
          secret: secretOutput,
          commandsTo: (tag) => [
            `pulumi config set imageTag ${tag} --stack ${stack}`,
            `pulumi up --stack ${stack}`,
          ],
        },
        { providers: { docker: engineProvider(settings.docker.host, evidence) } },
      ),
  );
  return {
    release: release.knownGood.apply(() => target.tag),
    services: Object.fromEntries(Object.entries(release.services).map(([name, { image }]) => [name, image])),
    ...(release.database && { schema: { applied: release.database.applied, ahead: release.database.ahead } }),
    gates: release.reports.apply((reports) =>
      Object.fromEntries(Object.entries(reports).map(([name, report]) => [name, reportSummary(report)])),
    ),
    // Read back by the next update: it depends on every gate, so a failed update leaves it as it was.
    knownGood: release.knownGood,
  };
}

/** In full where a person decides, a line where it is carried out. */
async function announce(assessment: Assessment, ...more: (string | undefined)[]): Promise<void> {
  const name = `${project}/${stack}`;
  if (!pulumi.runtime.isDryRun()) return pulumi.log.info(headline(name, assessment));
  await pulumi.log.info(announcement(name, assessment));
  for (const warning of [...assessment.warnings, ...more]) {
    if (warning !== undefined) await pulumi.log.warn(warning);
  }
}

function refuse({ refusals }: Assessment): void {
  if (refusals.length > 0) throw toldInWords(["Refused; nothing was touched.", ...refusals].join("\n"));
}

/**
 * An error that ends the program with its message alone. The stack is never shown, but the SDK formats it, and Node 20
 * does not come to an end with the frames of its source maps (`@pulumi/resource.ts`) before it has filled 512 MB.
 */
function toldInWords(message: string): pulumi.RunError {
  return Object.assign(new pulumi.RunError(message), { stack: "" });
}

/**
 * The SDK takes a stack of each resource and promise, mapped back through its sources: a fifth of a second of a preview
 * that nobody sees.
 */
function withoutStacks<Made>(make: () => Made): Made {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** A passed gate in a line; the whole report is an output of its resource. */
function reportSummary({ outcome, passedAt, attemptsMade }: HealthReport): string {
  return `${outcome} at ${passedAt}, ${attemptsMade} probes`;
}

/** Always one of our own, so that naming another host later is an update of it and not another provider. */
function engineProvider(host: string | undefined, { signedIn }: Evidence): docker.Provider {
  return new docker.Provider("engine", {
    ...(host !== undefined && { host }),
    ...(signedIn.length > 0 && { registryAuth: signedIn.map((address) => ({ address })) }),
  });
}

/** What a person wrote wrong is told in its own words, without a stack trace. */
export = async () => {
  try {
    return await program();
  } catch (error) {
    if (error instanceof pulumi.RunError || !(error instanceof Error)) throw error;
    // Nobody but us can do something about an error that was not foreseen, and we need its stack.
    throw toldInWords(error instanceof InvalidInput ? error.message : (error.stack ?? error.message));
  }
};
