import type { Apis } from './apis.ts';
import { analysisTimesOf, DEFAULTS, rehearsalTimesOf, timesOf } from './defaults.ts';
import type { EnvironmentDefinition } from './environment.ts';
import type { FileCheck, FileGroup, FileStage } from './file.ts';
import type { ParallelGroup, Pipeline, Step } from './pipeline.ts';
import type { Path } from './problem.ts';
import type { Schemas } from './schemas.ts';
import type { ChangeStage, CheckStage, Stage } from './stage.ts';
import { isChange } from './stage-class.ts';
import type { BlueGreenStage } from './sugar/blue-green.ts';
import type { CanaryStage } from './sugar/canary.ts';
import type { SmokeCheck } from './sugar/fields.ts';
import type { Triggers } from './triggers.ts';

/** A step as it is written, its shape being right, and where. */
export type WrittenStep = { readonly path: Path; readonly step: FileStage | FileGroup };

/** A stage as it will run, and the step of the file that it comes from. */
export type PlacedStage = {
  readonly path: Path;
  readonly stage: Stage;
  /** The parallel group it stands in. */
  readonly group?: string;
  /** Whether it was not written itself but stands for a part of what was. */
  readonly sugar: boolean;
};

/** What a file says before its stages. */
export type Header = {
  readonly pipeline: string;
  readonly apis: Apis | undefined;
  readonly schemas: Schemas | undefined;
  readonly triggers: Triggers | undefined;
  readonly environments: Readonly<Record<string, EnvironmentDefinition>>;
};

export type Expanded = {
  readonly pipeline: Pipeline;
  /** Every stage of the pipeline in order, with the place it was written at. */
  readonly placed: readonly PlacedStage[];
};

/**
 * Turns written steps into the pipeline that runs: defaults filled in, sugar replaced by the stages it stands for, and
 * one `acquire-<environment>` before the first change of each environment, and before the compatibility checks that lead up
 * to it. Every environment named must be known.
 */
export function expand(
  { pipeline, apis, schemas, triggers, environments }: Header,
  written: readonly WrittenStep[],
): Expanded {
  const known = Object.keys(environments);
  const only = known.length === 1 ? known[0] : undefined;
  const steps = withLeases(
    written.flatMap((step) => expandStep(step, only)).map((origin) => withPatience(origin, environments)),
    environments,
  );
  return {
    pipeline: {
      pipeline,
      ...(apis === undefined ? {} : { apis }),
      ...(schemas === undefined ? {} : { schemas }),
      ...(triggers === undefined ? {} : { triggers }),
      environments: { ...environments },
      stages: steps.map(({ step }) => step),
    },
    placed: steps.flatMap(placedStages),
  };
}

type Origin = { readonly path: Path; readonly step: Step; readonly sugar: boolean };

function expandStep({ step, path }: WrittenStep, only: string | undefined): readonly Origin[] {
  if ('parallel' in step) {
    const stages = step.stages.map((check) => completeCheck(check, only));
    return [{ path, step: { parallel: step.parallel, stages } satisfies ParallelGroup, sugar: false }];
  }
  const sugar = step.kind === 'canary' || step.kind === 'blueGreen';
  return expandStage(step, only).map((stage) => ({ path, step: stage, sugar }));
}

function expandStage(written: FileStage, only: string | undefined): readonly Stage[] {
  switch (written.kind) {
    case 'command':
    case 'http':
    case 'analysis':
    case 'compatibility':
    case 'parity':
    case 'function':
    case 'rehearsal':
      return [completeCheck(written, only)];
    case 'place':
    case 'shift':
    case 'flag':
    case 'migrate': {
      const { question = DEFAULTS[written.kind].question, environment } = written;
      const times = timesOf(written.kind, written);
      return [{ ...written, question, ...times, environment: environment ?? only ?? '' }];
    }
    case 'custom':
      return [{ ...written, ...timesOf('custom', written), ...environmentOf(written.environment ?? only) }];
    case 'canary':
      return expandCanary(written, written.environment ?? only ?? '');
    case 'blueGreen':
      return expandBlueGreen(written, written.environment ?? only ?? '');
    default:
      return written satisfies never;
  }
}

function completeCheck(written: FileCheck, only: string | undefined): CheckStage {
  switch (written.kind) {
    case 'command':
      return { ...written, ...timesOf('command', written) };
    case 'http': {
      const environment = written.environment ?? (written.url.startsWith('/') ? only : undefined);
      const question = written.question ?? DEFAULTS.http.question;
      return { ...written, question, ...timesOf('http', written), ...environmentOf(environment) };
    }
    case 'analysis': {
      const question = written.question ?? DEFAULTS.analysis.question;
      const times = analysisTimesOf(written, written.for);
      return { ...written, question, ...times, environment: written.environment ?? only ?? '' };
    }
    case 'parity': {
      const { question = DEFAULTS.parity.question } = written;
      return { ...written, question, ...timesOf('parity', written) };
    }
    case 'function': {
      const { question = DEFAULTS.function.question, environment = only } = written;
      return { ...written, question, ...timesOf('function', written), ...environmentOf(environment) };
    }
    case 'rehearsal': {
      const { question = DEFAULTS.rehearsal.question, environment } = written;
      const times = rehearsalTimesOf(written, written);
      return { ...written, question, ...times, environment: environment ?? only ?? '' };
    }
    case 'compatibility': {
      const { question = DEFAULTS.compatibility.question, environment } = written;
      const times = timesOf('compatibility', written);
      return { ...written, question, ...times, environment: environment ?? only ?? '' };
    }
    default:
      return written satisfies never;
  }
}

function environmentOf(environment: string | undefined): { environment?: string } {
  return environment === undefined ? {} : { environment };
}

function expandCanary(canary: CanaryStage, environment: string): readonly Stage[] {
  return [
    placeOf(canary, environment),
    ...smokeOf(canary.name, environment, canary.smoke),
    ...canary.steps.flatMap((percent) => [
      shiftOf(canary.name, environment, percent),
      analysisOf(canary.name, environment, percent, canary.analysis),
    ]),
  ];
}

function expandBlueGreen(stage: BlueGreenStage, environment: string): readonly Stage[] {
  return [
    placeOf(stage, environment),
    ...smokeOf(stage.name, environment, stage.smoke),
    shiftOf(stage.name, environment, 100),
    ...(stage.analysis === undefined ? [] : [analysisOf(stage.name, environment, 100, stage.analysis)]),
  ];
}

const RETRIES = 2;

function placeOf({ name, timeout }: CanaryStage | BlueGreenStage, environment: string): Stage {
  const { question } = DEFAULTS.place;
  const common = { question, ...timesOf('place', { timeout }), retries: RETRIES, environment };
  return { kind: 'place', name: `${name}-place`, ...common };
}

function smokeOf(name: string, environment: string, smoke: SmokeCheck | undefined): readonly Stage[] {
  if (smoke === undefined) return [];
  const { path: url, ...expected } = smoke;
  const question = 'Does the new revision answer as expected before it gets any traffic?';
  const common = { ...DEFAULTS.http, question, retries: RETRIES, mode: 'enforcing', environment } as const;
  return [{ kind: 'http', name: `${name}-smoke`, ...common, url, through: 'revision', ...expected }];
}

function shiftOf(name: string, environment: string, percent: number): Stage {
  const question = `Does ${percent} % of the traffic go to the new revision?`;
  const common = { ...DEFAULTS.shift, question, retries: RETRIES, environment };
  return { kind: 'shift', name: `${name}-${percent}`, ...common, percent };
}

function analysisOf(
  name: string,
  environment: string,
  percent: number,
  criteria: CanaryStage['analysis'],
): Stage {
  const question = `Does the new revision serve ${percent} % of the traffic as well as it has to?`;
  const common = { question, ...analysisTimesOf({}, criteria.for), retries: RETRIES, environment };
  return { kind: 'analysis', name: `${name}-${percent}-analysis`, ...common, ...criteria };
}

/** Where a shift changes the target as a whole, sugar gives it the time that this may take. */
function withPatience(origin: Origin, environments: Header['environments']): Origin {
  const { step, sugar } = origin;
  if (!sugar || 'parallel' in step || step.kind !== 'shift') return origin;
  const kind = environments[step.environment]?.target.kind;
  if (kind !== 'ecsService' && kind !== 'cloudFormation') return origin;
  return { ...origin, step: { ...step, expect: 180, timeout: 840 } };
}

/** Puts one lease before the first change of each environment; the undo lane then releases it last. */
function withLeases(steps: readonly Origin[], environments: Header['environments']): readonly Origin[] {
  const leases = new Map<number, string>();
  for (const [index, { step }] of steps.entries()) {
    const environment = changedEnvironment(step);
    if (environment === undefined || [...leases.values()].includes(environment)) continue;
    leases.set(leadUpTo(index, environment, steps), environment);
  }
  return steps.flatMap((origin, index) => {
    const environment = leases.get(index);
    if (environment === undefined) return [origin];
    return [
      { path: origin.path, step: acquireOf(environment, environments[environment]), sugar: true },
      origin,
    ];
  });
}

/** Where the compatibility checks begin that stand right before a change. Under the lease, what they saw stays true. */
function leadUpTo(change: number, environment: string, steps: readonly Origin[]): number {
  const isLeading = ({ step }: Origin): boolean =>
    !('parallel' in step) && step.kind === 'compatibility' && step.environment === environment;
  const before = steps.slice(0, change).findLastIndex((origin) => !isLeading(origin));
  return before + 1;
}

function changedEnvironment(step: Step): string | undefined {
  if ('parallel' in step || !isChange(step)) return undefined;
  return step.environment;
}

/** The name of the stage that takes the lease of an environment. */
export function acquireName(environment: string): string {
  return `acquire-${environment}`;
}

function acquireOf(environment: string, definition: EnvironmentDefinition | undefined): ChangeStage {
  const name = acquireName(environment);
  const { lease: policy = 'queue', leaseTimeout } = definition ?? {};
  const times = timesOf('acquire', { timeout: leaseTimeout });
  const { question } = DEFAULTS.acquire;
  return { kind: 'acquire', name, question, ...times, retries: RETRIES, environment, policy };
}

function placedStages({ step, path, sugar }: Origin): readonly PlacedStage[] {
  if (!('parallel' in step)) return [{ path, stage: step, sugar }];
  return step.stages.map((stage, index) => ({
    path: [...path, 'stages', index],
    stage,
    group: step.parallel,
    sugar,
  }));
}
