import * as pulumi from "@pulumi/pulumi";
import { announce } from "./assessment/announce";
import { assess } from "./assessment/assessment";
import { assessmentQuestion } from "./assessment/assessmentQuestion";
import { gather } from "./assessment/evidence";
import { evidenceRequest } from "./assessment/evidenceRequest";
import { keepReport } from "./assessment/keptReport";
import { leavePlan, planOf } from "./assessment/plan";
import { reviewedVariable } from "./assessment/reviewed";
import { findTarget } from "./assessment/targetRelease";
import { leaveCards } from "./card/leave";
import { surveyCatalog } from "./catalog/catalog";
import { engineProvider } from "./components/engineProvider";
import { inWords, refuse } from "./components/inWords";
import { reclaimType } from "./components/reclaim";
import { Release } from "./components/release";
import { stackOutputs } from "./components/stackOutputs";
import { withoutStacks } from "./components/withoutStacks";
import { drillUnderWay } from "./drills/underWay";
import { recordedBaseline } from "./history/recordedBaseline";
import { networkGeneration } from "./history/recordedNetwork";
import { recordedTellings } from "./history/recordedTellings";
import { follow } from "./records/follow";
import { startRecording, unfinishedWarnings } from "./records/recording";
import { containerPrefix } from "./settings/containerPrefix";
import { secretOutput, secretText, stackConfiguration } from "./settings/engineConfiguration";
import { readSettings } from "./settings/readSettings";
import { backendWarning, stateBackend } from "./settings/stateBackend";

const project = pulumi.getProject();
const stack = pulumi.getStack();
const label = `${project}/${stack}`;

/** Settings, the release that they name, what it would mean, and only then the resources. */
async function program() {
  const configuration = stackConfiguration();
  const settings = readSettings(configuration);
  const survey = surveyCatalog(settings.releases);
  const { catalog } = survey;
  const target = await findTarget(survey, settings, { project, stack });
  const prefix = containerPrefix(settings, label);
  const previewing = pulumi.runtime.isDryRun();
  const reviewed = process.env[reviewedVariable];

  const evidence = await gather(
    evidenceRequest({
      ...{ stack, stackLabel: label, network: prefix, target, catalog, settings, previewing, reviewed },
      secret: (name) => secretText(configuration, name),
    }),
  );
  const now = new Date().toISOString();
  const drill = drillUnderWay(process.env);
  const found = { stack, target, survey, evidence, ...(drill && { drill }), reviewed, now };
  const assessment = assess(assessmentQuestion(settings, found));
  const report = keepReport(stack, assessment, settings.record.folder);
  leavePlan(process.env, () => planOf(label, assessment, settings, report.file));
  const warnings = [
    backendWarning(settings, stateBackend(process.env)),
    ...unfinishedWarnings(label, settings),
  ];
  await announce({ stack: label, assessment, report, previewing, more: warnings }, pulumi.log);
  refuse(assessment);

  const { state } = evidence;
  const recorder = previewing
    ? undefined
    : await startRecording({
        ...{ stack: label, configuration, settings, assessment, catalog, state },
        tell: (level, text) => pulumi.log[level](text),
      });
  const release = withoutStacks(
    () =>
      new Release(
        "release",
        {
          ...{ stack: label, prefix, settings, assessment },
          strays: evidence.strays,
          networkGeneration: (networkGeneration(state) ?? 0) + (evidence.networkLost ? 1 : 0),
          reclaimedBefore: state.resources.some(({ type }) => type === reclaimType),
          secret: secretOutput,
          recordedTellings: recordedTellings(state),
          recordedBaseline: recordedBaseline(state),
          absent: evidence.absent,
          networkLost: evidence.networkLost,
          commandsTo: (tag) => [
            `pulumi config set imageTag ${tag} --stack ${stack}`,
            `pulumi up --stack ${stack}`,
          ],
        },
        { providers: { docker: engineProvider(settings.docker.host, evidence.signedIn) } },
      ),
  );
  if (recorder) follow(recorder, release);
  const card = leaveCards(
    { stack: label, prefix, settings, assessment, catalog, engineId: evidence.engineId },
    release,
    (text) => pulumi.log.warn(text),
  );
  return stackOutputs(release, assessment, card);
}

export = () => inWords(program);
