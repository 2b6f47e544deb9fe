import * as pulumi from "@pulumi/pulumi";
import { announce } from "../assessment/announce";
import { assess, type Assessment } from "../assessment/assessment";
import type { Evidence } from "../assessment/evidence";
import { gatherElsewhere } from "../assessment/evidenceElsewhere";
import { keepReport } from "../assessment/keptReport";
import type { MigratedBy } from "../assessment/migratedBy";
import { leavePlan, planOf } from "../assessment/plan";
import { reviewedVariable } from "../assessment/reviewed";
import { findTarget } from "../assessment/targetRelease";
import { buildReference, type Build } from "../catalog/build";
import { surveyCatalog } from "../catalog/catalog";
import type { Direction } from "../history/running";
import { recordedTellings, type RecordedTelling } from "../history/recordedTellings";
import type { Verdict } from "../schema/verdict";
import type { AssessmentSettings } from "../settings/assessmentSettings";
import { secretText, stackConfiguration } from "../settings/engineConfiguration";
import { readAssessmentSettings } from "../settings/readSettings";
import type { CommandGateArgs } from "./commandGate";
import type { ErrorRateGateArgs } from "./errorRateGate";
import type { HealthGateArgs } from "./healthGate";
import { inWords, refuse } from "./inWords";
import { fixedLimit } from "./releaseErrorRate";
import { backTo } from "./told";

export interface AssessReleaseArgs {
  /** The services that the program deploys, by their names in the catalog. A release without one of them is refused. */
  services: readonly string[];
  /**
   * Who applies the migrations that a release ships: `others`, before the `up`, and then an `up` forward is refused while
   * one is missing; or the `program` itself, in the same `up`. @default "others"
   */
  migrations?: MigratedBy;
}

/**
 * Assesses the release that the stack's setting `imageTag` names, before the program declares anything: tells what an `up`
 * would mean, and ends the program where a guard refuses it. Everything else is in the stack's settings too, under the
 * project's own namespace: `releases`, `docker`, `database`, `schema`, `guards`, `acknowledge`, `hold`, `quarantine`,
 * `retry` and `record`.
 * @throws RunError with every refusal and what answers it, or with everything that is wrong in the settings
 */
export function assessRelease({
  services,
  migrations = "others",
}: AssessReleaseArgs): Promise<AssessedRelease> {
  return inWords(async () => {
    const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
    const label = `${project}/${stack}`;
    const configuration = stackConfiguration();
    const settings = readAssessmentSettings(configuration);
    const survey = surveyCatalog(settings.releases);
    const { catalog } = survey;
    const target = await findTarget(survey, settings, { project, stack });
    const previewing = pulumi.runtime.isDryRun();
    const reviewed = process.env[reviewedVariable];
    const evidence = await gatherElsewhere({
      ...{
        stack,
        stackLabel: label,
        target,
        catalog,
        services,
        settings,
        previewing,
        migratedBy: migrations,
        reviewed,
      },
      secret: (name) => secretText(configuration, name),
    });
    const { guards, acknowledge, hold, quarantine, retry, record } = settings;
    const assessment = assess({
      ...{ stack, target, services, survey, evidence, quarantine, now: new Date().toISOString() },
      reviewed,
      guards: { ...guards, disk: { limit: 100 } },
      ...(acknowledge !== undefined && { acknowledge }),
      ...(hold !== undefined && { hold }),
      ...(retry !== undefined && { retry }),
      gates: { commands: [], errorRate: [], hooks: [] },
    });
    const report = keepReport(stack, assessment, record.folder);
    leavePlan(process.env, () => planOf(label, assessment, { protected: false, guards }, report.file));
    await announce({ stack: label, assessment, report, previewing, more: [] }, pulumi.log);
    refuse(assessment);
    return new AssessedRelease({ stack, label, services, settings, assessment, evidence });
  });
}

/** A release that may be deployed, with what the program's own resources need of it. */
export class AssessedRelease {
  /** Such as `v1.4.2`. */
  readonly tag: string;
  /** Where it lies from what runs, by the catalog's order. */
  readonly direction: Direction;
  /** What it would meet in the schema; undefined for a stack without a database. */
  readonly verdict: Verdict | undefined;
  /** As `assessRelease` was asked. */
  readonly services: readonly string[];
  /** All that was found: for the components of this package, and not of what main.d.ts promises. */
  readonly assessment: Assessment;
  private readonly label: string;
  private readonly stack: string;
  private readonly settings: AssessmentSettings;
  private readonly recorded: Readonly<Record<string, RecordedTelling>>;

  constructor(of: {
    stack: string;
    label: string;
    services: readonly string[];
    settings: AssessmentSettings;
    assessment: Assessment;
    evidence: Pick<Evidence, "state">;
  }) {
    const { assessment } = of;
    this.tag = assessment.target.tag;
    this.direction = assessment.direction;
    this.verdict = assessment.risk?.report.verdict;
    this.services = of.services;
    this.assessment = assessment;
    this.label = of.label;
    this.stack = of.stack;
    this.settings = of.settings;
    this.recorded = recordedTellings(of.evidence.state);
  }

  /**
   * The service's image as it is to be run, `repository@sha256:…`; of another build, where it comes from with its digest.
   * @throws Error for a service that was not assessed
   */
  image(service: string): string {
    return buildReference(this.buildOf(service));
  }

  /**
   * Its digest, `sha256:…`; `git:` and a commit of what is built from one.
   * @throws Error for a service that was not assessed
   */
  digest(service: string): string {
    return this.buildOf(service).digest;
  }

  /**
   * What a `HealthGate` has to know of the release.
   * @throws Error for a service that was not assessed
   */
  healthGate(
    service: string,
  ): Pick<HealthGateArgs, "stack" | "service" | "release" | "digest" | "engine" | "records" | "goBack"> {
    const engine = this.settings.docker?.host;
    return {
      ...{ stack: this.label, service, release: this.tag, digest: this.digest(service) },
      ...(engine !== undefined && { engine }),
      ...this.onFailure(),
    };
  }

  /**
   * What a `CommandGate` has to know of the release, and what it does by default: 300 s, no exit code that means that it
   * broke, nothing added to its environment.
   * @param name of the gate, and of its resource
   */
  commandGate(
    name: string,
  ): Pick<CommandGateArgs, "name" | "within" | "errorCodes" | "env" | "told" | "before"> {
    return { name, within: 300, errorCodes: [], env: {}, ...this.telling(`${name}-check`) };
  }

  /**
   * What an `ErrorRateGate` has to know of the release, and what it does by default: 600 s on the way forward and 300 s
   * back, a look each 15 s, 30 requests at least, and too few pass. The share of errors that passes is a fixed one.
   * @param name of the gate's resource
   * @param limit share of errors that still passes, from 0 to 1
   */
  errorRateGate(
    name: string,
    limit: number,
  ): Omit<ErrorRateGateArgs, "access" | "queries" | "rerunOn" | "runAfter" | "redact" | "cleanSamples"> {
    return {
      ...{ limit, factor: 1, floor: 0, leastRequests: 30, every: 15, inconclusive: "pass" },
      watch: { forward: 600, back: 300 },
      baseline: fixedLimit,
      ...this.telling(`${name}-watch`),
    };
  }

  private buildOf(service: string): Build {
    const build = this.services.includes(service) ? this.assessment.target.services[service] : undefined;
    if (build === undefined)
      throw new Error(`${service} was not assessed: name it in the services of assessRelease`);
    return build;
  }

  private onFailure() {
    const { stack } = this;
    const back = backTo(this.assessment, (tag) => [
      `pulumi config set imageTag ${tag} --stack ${stack}`,
      `pulumi up --stack ${stack}`,
    ]);
    return { records: this.settings.record.folder, ...back };
  }

  /** Another release is judged anew, also where it has the same containers. */
  private telling(resource: string): Pick<CommandGateArgs, "told" | "before"> {
    const { direction, running } = this.assessment;
    const before = this.recorded[resource];
    return {
      told: {
        move: { direction, stack: this.label, from: running.tag ?? "", to: this.tag },
        ...this.onFailure(),
      },
      ...(before?.told.move.to === this.tag && { before }),
    };
  }
}
