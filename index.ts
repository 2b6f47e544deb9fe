import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { announcement, headline } from "./assessment/announcement";
import { assess, type Assessment } from "./assessment/assessment";
import { gatesSet } from "./assessment/breakGlass";
import { gather, type Evidence, type EvidenceRequest } from "./assessment/evidence";
import { tagStanding } from "./assessment/tagStanding";
import { targetRelease } from "./assessment/targetRelease";
import { leavePlan, planOf } from "./assessment/plan";
import { refusalTexts } from "./assessment/refusal";
import { readSchemaDump } from "./assessment/schemaDump";
import { assessmentMarkdown } from "./assessment/assessmentMarkdown";
import { reportPath, saveReport } from "./assessment/savedReports";
import { backupPlace } from "./backups/backupPlace";
import { leaveCards } from "./card/leave";
import { findRelease, surveyCatalog, type CatalogSurvey } from "./catalog/catalog";
import { reclaimType } from "./components/reclaim";
import { Release } from "./components/release";
import type { ErrorRateReport } from "./gates/errorRateReport";
import type { FlagReport } from "./gates/flagRequest";
import { sampleText } from "./gates/errorRateText";
import type { HealthReport } from "./gates/healthReport";
import type { OwedRun } from "./history/owedRun";
import { recordedBaseline } from "./history/recordedBaseline";
import { recordedTellings } from "./history/recordedTellings";
import { networkGeneration } from "./history/recordedNetwork";
import { readStackState } from "./history/stackState";
import { follow } from "./records/follow";
import { startRecording, unfinishedWarnings } from "./records/recording";
import { secretOutput, secretText, stackConfiguration } from "./settings/engineConfiguration";
import { readSettings, type StackConfiguration } from "./settings/readSettings";
import { defaultTable, type Settings } from "./settings/settings";
import { backendWarning, stateBackend } from "./settings/stateBackend";
import { InvalidInput } from "./settings/violations";

const project = pulumi.getProject();
const stack = pulumi.getStack();

/** Settings, the release that they name, what it would mean, and only then the resources. */
async function program() {
  const configuration = stackConfiguration();
  const settings = readSettings(configuration);
  const survey = surveyCatalog(settings.releases);
  const where = `Pulumi.${stack}.yaml: ${project}:imageTag`;
  const target = targetRelease(survey, settings.imageTag, where, await standing(survey, settings));
  const services = Object.keys(settings.services);
  const prefix = settings.docker.prefix ?? `${project}-${stack}`;
  const evidence = await gather({
    stack,
    stackLabel: `${project}/${stack}`,
    target,
    catalog: survey.catalog,
    services,
    network: prefix,
    engine: settings.docker.host,
    schema: schemaRequest(settings, configuration),
    records: settings.record.folder,
    acknowledge: settings.acknowledge,
    wayBack: settings.guards.wayBack,
    disk: settings.guards.disk,
    ci: ciRequest(settings, configuration),
    previewing: pulumi.runtime.isDryRun(),
  });
  const { guards, acknowledge, stepDown, hold, quarantine, retry, breakGlass, adopt } = settings;
  const assessment = assess({
    stack,
    target,
    services,
    survey,
    guards,
    ...(acknowledge !== undefined && { acknowledge }),
    ...(stepDown !== undefined && { stepDown }),
    ...(hold !== undefined && { hold }),
    turnsFlagsOff: settings.flags !== undefined,
    quarantine,
    ...(retry !== undefined && { retry }),
    ...(breakGlass !== undefined && { breakGlass }),
    gates: gatesSet(settings),
    ...(adopt !== undefined && { adopt }),
    now: new Date().toISOString(),
    evidence,
  });
  const report = keepReport(assessment, settings);
  leavePlan(process.env, () => planOf(`${project}/${stack}`, assessment, settings, report.file));
  await announce(
    assessment,
    report,
    backendWarning(settings, stateBackend(process.env)),
    ...unfinishedWarnings(`${project}/${stack}`, settings),
  );
  refuse(assessment);
  const recorder = pulumi.runtime.isDryRun()
    ? undefined
    : await startRecording({
        stack: `${project}/${stack}`,
        configuration,
        settings,
        assessment,
        catalog: survey.catalog,
        state: evidence.state,
        tell: (level, text) => pulumi.log[level](text),
      });

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
          recordedTellings: recordedTellings(evidence.state),
          recordedBaseline: recordedBaseline(evidence.state),
          absent: evidence.absent,
          networkLost: evidence.networkLost,
          commandsTo: (tag) => [
            `pulumi config set imageTag ${tag} --stack ${stack}`,
            `pulumi up --stack ${stack}`,
          ],
        },
        { providers: { docker: engineProvider(settings.docker.host, evidence) } },
      ),
  );
  if (recorder) follow(recorder, release);
  const card = leaveCards(
    {
      ...{ stack: `${project}/${stack}`, prefix, settings, assessment, catalog: survey.catalog },
      engineId: evidence.engineId,
    },
    release,
    (text) => pulumi.log.warn(text),
  );
  return {
    release: release.knownGood.apply(() => target.tag),
    services: Object.fromEntries(Object.entries(release.services).map(([name, { image }]) => [name, image])),
    ...(release.database && {
      schema: release.database.standing,
      horizon: release.database.horizon,
      // An undefined output is warned of in every update.
      backup: release.database.backup.apply((made) => made ?? "none"),
    }),
    gates: release.reports.apply((reports) =>
      Object.fromEntries(Object.entries(reports).map(([name, report]) => [name, reportSummary(report)])),
    ),
    ...(Object.keys(release.commandGates).length > 0 && {
      commandGates: release.commandReports.apply((reports) =>
        Object.fromEntries(
          Object.entries(reports).map(([name, { outcome, passedAt, seconds }]) => [
            name,
            `${outcome} at ${passedAt}, ${seconds} s`,
          ]),
        ),
      ),
    }),
    ...(release.flagsOff.length > 0 && {
      flags: pulumi
        .all(release.flagsOff.map(({ report }) => report))
        .apply((reports) => Object.fromEntries(reports.map((report) => [report.flag, flagSummary(report)]))),
    }),
    card,
    ...(release.errorRate && { errorRate: release.errorRate.apply(errorRateSummary) }),
    ...(release.owed && { owed: owedOutput(release.owed, assessment) }),
    // Read back by the next update: it depends on every gate, so a failed update leaves it as it was.
    knownGood: release.knownGood,
  };
}

/** How releases stand on this stack, which is asked for only where `imageTag` names none, to name a better one. */
async function standing({ catalog }: CatalogSurvey, { imageTag, quarantine }: Settings) {
  if (findRelease(catalog, imageTag) !== undefined) return undefined;
  // The tag is refused whatever the state holds.
  const state = await readStackState(stack).catch(() => undefined);
  return state && tagStanding(state, catalog, quarantine);
}

/** Where the whole report of an assessment can be read, and why it can't, where it could not be kept. */
interface KeptReport {
  file?: string;
  problem?: string;
}

function keepReport({ risk, target }: Assessment, { record: { folder } }: Settings): KeptReport {
  if (risk === undefined || !risk.worthReading) return {};
  const { report } = risk;
  const file = `${reportPath(folder, stack, target.tag)}.md`;
  const problem = saveReport(
    folder,
    { stack, target: target.tag, fingerprint: report.fingerprint },
    { json: `${JSON.stringify(report, undefined, 2)}\n`, markdown: assessmentMarkdown(report) },
  );
  return problem === undefined
    ? { file }
    : { problem: `The report of the assessment could not be kept in ${file}: ${problem}` };
}

/** In full where a person decides, and where it ends here; a line where it is carried out. */
async function announce(
  assessment: Assessment,
  { file, problem }: KeptReport,
  ...more: (string | undefined)[]
): Promise<void> {
  const name = `${project}/${stack}`;
  const inFull = pulumi.runtime.isDryRun() || assessment.refusals.length > 0;
  await pulumi.log.info(inFull ? announcement(name, assessment, file) : headline(name, assessment));
  const warnings = inFull ? [...assessment.warnings, problem, ...more] : [problem];
  for (const warning of warnings) {
    if (warning !== undefined) await pulumi.log.warn(warning);
  }
}

function refuse({ refusals }: Assessment): void {
  if (refusals.length > 0)
    throw toldInWords(["Refused; nothing was touched.", ...refusalTexts(refusals)].join("\n"));
}

/** What is asked of the database, and how it is judged; undefined for a stack without one. */
function schemaRequest(
  { database, schema, stepDown, record, docker: engine }: Settings,
  configuration: StackConfiguration,
): EvidenceRequest["schema"] {
  if (database === undefined) return undefined;
  const { scratch, role, dump } = schema;
  const { table, tool, backup, countUpTo } = database;
  return {
    url: secretText(configuration, database.url),
    tool,
    table: table === defaultTable ? undefined : table,
    scratch:
      scratch === "embedded" || scratch === "off" ? scratch : { url: secretText(configuration, scratch) },
    role,
    dump: dump && readSchemaDump(dump),
    stepDown,
    countUpTo,
    backup: {
      when: backup.when,
      command: backup.command !== undefined,
      ...backupPlace({ stack: `${project}/${stack}`, record, docker: engine, backup }),
    },
  };
}

/** Where it is asked what CI said of the target. */
function ciRequest({ guards }: Settings, configuration: StackConfiguration): EvidenceRequest["ci"] {
  const { repository, api, token, names } = guards.ci;
  if (repository === undefined) return { github: undefined, names };
  const secret = token === undefined ? undefined : secretText(configuration, token);
  return { github: { api, repository, token: secret }, names };
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

/** The proper run that is owed after break-glass, with the command that makes it good. */
function owedOutput(owed: pulumi.Output<OwedRun | undefined>, assessment: Assessment) {
  return owed.apply((run) => (run === undefined ? "nothing" : { ...run, command: assessment.owed?.command }));
}

/** A passed gate in a line; the whole report is an output of its resource. */
function reportSummary({ outcome, passedAt, attemptsMade }: HealthReport): string {
  return `${outcome} at ${passedAt}, ${attemptsMade} probes`;
}

function flagSummary({ outcome, endedAt, why }: FlagReport): string {
  return outcome === "off" ? `off since ${endedAt}` : `not off: ${why}`;
}

function errorRateSummary({ outcome, passedAt, samples, why }: ErrorRateReport): string {
  const last = samples.at(-1);
  return `${outcome} at ${passedAt}, ${last === undefined ? "not looked at" : sampleText(last)}: ${why}`;
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
