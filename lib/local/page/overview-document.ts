import type { Environment, Lease, LivePair, Waiting } from '../../environments/environment.ts';
import { flagInWords } from '../../environments/flags.ts';
import type { Overview } from '../../environments/overview.ts';
import { servedVersions } from '../../environments/schema.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import type { DeploymentView, Outcome } from '../../lifecycle/view.ts';
import { type Mark, markOfDeployment } from '../../lifecycle/wording/marks.ts';

/** What is live where and the newest deployments, as the page gets it. */
export type OverviewDocument = {
  readonly schemaVersion: 1;
  readonly environments: readonly EnvironmentLine[];
  readonly deployments: readonly DeploymentLine[];
};

export type EnvironmentLine = {
  readonly environment: string;
  readonly lease: Lease | null;
  /** Who waits for the lease, first come first. */
  readonly queue: readonly Waiting[];
  readonly pipelines: readonly ({ readonly pipeline: string } & LivePair)[];
  /** The flags that are set, in words, and who set them. */
  readonly flags: readonly { readonly flag: string; readonly value: string; readonly actor: string }[];
  /** The versions that each schema serves. */
  readonly schemas: readonly { readonly schema: string; readonly served: readonly number[] }[];
};

export type DeploymentLine = Pick<DeploymentView, 'deployment' | 'kind' | 'release' | 'requestedAt'> & {
  readonly pipeline: string;
  readonly actor: string;
  readonly outcome: Outcome | null;
  /** How it ended, or that it runs: one that was stopped or is a rollback is told apart. */
  readonly mark: Mark;
  readonly endedAt: string | null;
  /** The machine's active leaves. */
  readonly state: readonly string[];
  readonly passed: number;
  readonly stages: number;
  readonly stop: { readonly actor: string; readonly reason: string } | null;
  /** Why the forward run ended. */
  readonly failure: { readonly stage: string; readonly mode: string; readonly observed: string } | null;
  /** The change that could not be undone. */
  readonly stuckAt: string | null;
};

/** Pure. */
export function overviewDocument({ environments, deployments }: Overview): OverviewDocument {
  return {
    schemaVersion: 1,
    environments: Object.entries(environments).map(environmentLine),
    deployments: deployments.map(deploymentLine),
  };
}

function environmentLine([environment, now]: readonly [string, Environment]): EnvironmentLine {
  return {
    environment,
    lease: now.lease ?? null,
    queue: now.queue,
    pipelines: Object.entries(now.live).map(([pipeline, pair]) => ({ pipeline, ...pair })),
    flags: Object.entries(now.flags).map(([flag, { value, actor }]) => ({
      flag,
      value: flagInWords(value),
      actor,
    })),
    schemas: Object.entries(now.schemas).map(([schema, state]) => ({
      schema,
      served: servedVersions(state),
    })),
  };
}

/** A deployment on one line: what a listing tells of it. Pure. */
export function deploymentLine({ state, view }: Deployment): DeploymentLine {
  const { failure } = view;
  return {
    deployment: view.deployment,
    kind: view.kind,
    pipeline: view.pipeline.pipeline,
    release: view.release,
    actor: view.trigger.actor,
    requestedAt: view.requestedAt,
    endedAt: view.endedAt ?? null,
    outcome: view.outcome ?? null,
    mark: markOfDeployment(view),
    state,
    passed: view.stages.filter((stage) => stage.state === 'passed' || stage.state === 'reused').length,
    stages: view.stages.length,
    stop: view.stop ?? null,
    failure:
      failure === undefined ? null : { stage: failure.stage, mode: failure.mode, observed: failure.observed },
    stuckAt: view.stages.find((stage) => stage.state === 'undoFailed')?.name ?? null,
  };
}
