import { randomUUID } from 'node:crypto';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { z } from 'zod';
import { runPhases } from './build-phases.ts';
import { type FakeAnswer, serve } from './serve.ts';

const variable = z.object({ name: z.string(), value: z.string(), type: z.literal('PLAINTEXT') });
const startBuild = z.strictObject({
  projectName: z.string(),
  idempotencyToken: z.string(),
  sourceTypeOverride: z.literal('NO_SOURCE'),
  artifactsOverride: z.strictObject({ type: z.literal('NO_ARTIFACTS') }),
  buildspecOverride: z.string(),
  environmentVariablesOverride: z.array(variable),
  timeoutInMinutesOverride: z.int().min(5).max(2160),
  queuedTimeoutInMinutesOverride: z.int().min(5).max(480),
});

export type FakeBuild = {
  readonly id: string;
  readonly projectName: string;
  readonly startTime: number;
  readonly order: z.output<typeof startBuild>;
  buildStatus: string;
  endTime?: number;
  phase?: { readonly phaseType: string; readonly phaseStatus: string; readonly message: string };
  exported: Record<string, string>;
  log: string;
  reportArns: string[];
};

export type FakeCodeBuild = {
  readonly client: CodeBuildClient;
  readonly logs: CloudWatchLogsClient;
  readonly builds: Map<string, FakeBuild>;
  readonly requests: string[];
  /** Counts of test reports by their ARN. */
  readonly reports: Map<string, Readonly<Record<string, number>>>;
  /** Names of errors that the next requests get instead of an answer. */
  readonly faults: string[];
  /** The build of a stage that is in progress, and is none of those that are known, once it has been started. */
  readonly startedFor: (stage: string, ...known: readonly FakeBuild[]) => Promise<FakeBuild>;
  /** Really runs what the build was ordered to do, with files in a folder standing for the bucket. */
  readonly run: (build: FakeBuild) => Promise<void>;
  readonly end: (build: FakeBuild, status: string) => void;
  /** Someone else starts a build with variables of their own choice. */
  readonly intrude: (projectName: string, variables: Readonly<Record<string, string>>) => FakeBuild;
  /** The detail of "CodeBuild Build State Change". */
  readonly event: (build: FakeBuild) => object;
};

/**
 * CodeBuild as far as builds are started, found, described and stopped: https://docs.aws.amazon.com/codebuild/latest/APIReference/
 * API_StartBuild.html, API_ListBuildsForProject.html, API_BatchGetBuilds.html, API_StopBuild.html, API_BatchGetReports.html; and
 * CloudWatch Logs' API_GetLogEvents.html. A repeated idempotency token gives the same build, and with other parameters it is refused.
 * An unknown project is `ResourceNotFoundException`. Builds run as the buildspec reference says, a failing phase aborting.
 */
export async function fakeCodeBuild(options: {
  readonly projects: readonly string[];
  /** The folder that stands for the bucket; the last part of a key is a file in it. */
  readonly bucket: string;
  /** @default when the test has finished */
  readonly atEnd?: (close: () => Promise<void>) => void;
}): Promise<FakeCodeBuild> {
  const builds = new Map<string, FakeBuild>();
  const requests: string[] = [];
  const faults: string[] = [];
  const reports = new Map<string, Readonly<Record<string, number>>>();
  const waiting: {
    readonly stage: string;
    readonly known: readonly FakeBuild[];
    readonly resolve: (build: FakeBuild) => void;
  }[] = [];
  const stageOf = ({ order }: FakeBuild) =>
    order.environmentVariablesOverride.find(({ name }) => name === 'NONEVENT_STAGE')?.value;
  const tell = () => {
    for (const { stage, known, resolve } of waiting) {
      const found = [...builds.values()].findLast(
        (build) => stageOf(build) === stage && build.buildStatus === 'IN_PROGRESS' && !known.includes(build),
      );
      if (found !== undefined) resolve(found);
    }
  };

  const add = (order: FakeBuild['order']): FakeBuild => {
    const id = `${order.projectName}:${randomUUID()}`;
    const { projectName } = order;
    const build: FakeBuild = {
      id,
      projectName,
      startTime: Date.now() / 1000,
      order,
      buildStatus: 'IN_PROGRESS',
      exported: {},
      log: '',
      reportArns: [],
    };
    builds.set(id, build);
    tell();
    return build;
  };

  const operations: Record<string, (request: never) => object | FakeAnswer> = {
    StartBuild: (request: unknown) => {
      const order = startBuild.parse(request);
      if (!options.projects.includes(order.projectName)) return failure('ResourceNotFoundException');
      const same = [...builds.values()].find(
        (build) => build.order.idempotencyToken === order.idempotencyToken,
      );
      if (same === undefined) return { build: described(add(order)) };
      return JSON.stringify(same.order) === JSON.stringify(order)
        ? { build: described(same) }
        : failure('InvalidInputException');
    },
    ListBuildsForProject: ({ projectName, nextToken }: { projectName: string; nextToken?: string }) => {
      if (!options.projects.includes(projectName)) return failure('ResourceNotFoundException');
      const ids = [...builds.values()]
        .filter((build) => build.projectName === projectName)
        .map(({ id }) => id)
        .reverse();
      const from = nextToken === undefined ? 0 : Number(nextToken);
      const next = from + 100 < ids.length ? { nextToken: String(from + 100) } : {};
      return { ids: ids.slice(from, from + 100), ...next };
    },
    BatchGetBuilds: ({ ids }: { ids: readonly string[] }) => {
      if (ids.length < 1 || ids.length > 100) return failure('InvalidInputException');
      return {
        builds: ids.flatMap((id) => {
          const build = builds.get(id);
          return build === undefined ? [] : [described(build)];
        }),
      };
    },
    BatchGetReports: ({ reportArns }: { reportArns: readonly string[] }) => ({
      reports: reportArns.flatMap((arn) => {
        const statusCounts = reports.get(arn);
        const total = Object.values(statusCounts ?? {}).reduce((sum, count) => sum + count, 0);
        return statusCounts === undefined
          ? []
          : [{ arn, testSummary: { total, statusCounts, durationInNanoSeconds: 1 } }];
      }),
    }),
    StopBuild: ({ id }: { id: string }) => {
      const build = builds.get(id);
      if (build === undefined) return failure('ResourceNotFoundException');
      if (build.buildStatus === 'IN_PROGRESS') end(build, 'STOPPED');
      return { build: described(build) };
    },
    GetLogEvents: (asked: { logStreamName: string; limit?: number; nextToken?: string }) => {
      const build = [...builds.values()].find(({ id }) => id.endsWith(asked.logStreamName));
      if (build === undefined) return failure('ResourceNotFoundException');
      const lines = build.log.split('\n').slice(0, -1);
      const end = asked.nextToken === undefined ? lines.length : Number(asked.nextToken.slice('b/'.length));
      const start = Math.max(0, end - (asked.limit ?? 10_000));
      const events = lines.slice(start, end).map((line) => ({ message: `${line}\n`, timestamp: 1 }));
      return { events, nextBackwardToken: `b/${start}` };
    },
  };

  const service = await serve(({ headers, body }) => {
    const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
    requests.push(operation);
    const fault = faults.shift();
    if (fault !== undefined) return failure(fault);
    const answer = operations[operation]?.(JSON.parse(body.toString()) as never);
    if (answer === undefined) return failure('UnknownOperationException');
    return 'status' in answer ? answer : { body: JSON.stringify(answer) };
  }, options.atEnd);

  const end = (build: FakeBuild, status: string): void => {
    build.buildStatus = status;
    build.endTime = Date.now() / 1000;
    if (status !== 'SUCCEEDED')
      build.phase ??= { phaseType: 'BUILD', phaseStatus: status, message: `the build ended as ${status}` };
  };

  return {
    client: new CodeBuildClient({ ...service, maxAttempts: 1 }),
    logs: new CloudWatchLogsClient({ ...service, maxAttempts: 1 }),
    builds,
    requests,
    reports,
    faults,
    startedFor: (stage, ...known) =>
      new Promise((resolve) => {
        waiting.push({ stage, known, resolve });
        tell();
      }),
    run: async (build) => {
      await runPhases(build, options.bucket);
      end(build, build.phase === undefined ? 'SUCCEEDED' : 'FAILED');
    },
    end,
    intrude: (projectName, variables) =>
      add({
        projectName,
        idempotencyToken: randomUUID(),
        sourceTypeOverride: 'NO_SOURCE',
        artifactsOverride: { type: 'NO_ARTIFACTS' },
        buildspecOverride: '{}',
        environmentVariablesOverride: Object.entries(variables).map(([name, value]) => ({
          name,
          value,
          type: 'PLAINTEXT',
        })),
        timeoutInMinutesOverride: 5,
        queuedTimeoutInMinutesOverride: 5,
      }),
    event: (build) => ({
      'build-status': build.buildStatus,
      'project-name': build.projectName,
      'build-id': `arn:aws:codebuild:eu-west-1:123456789012:build/${build.id}`,
      'additional-information': {
        environment: { 'environment-variables': build.order.environmentVariablesOverride },
      },
    }),
  };
}

function described(build: FakeBuild): object {
  const [, stream] = build.id.split(':');
  const { phase } = build;
  return {
    id: build.id,
    projectName: build.projectName,
    buildStatus: build.buildStatus,
    startTime: build.startTime,
    endTime: build.endTime,
    phases: [
      { phaseType: 'SUBMITTED', phaseStatus: 'SUCCEEDED' },
      ...(phase === undefined
        ? []
        : [{ ...phase, contexts: [{ statusCode: 'COMMAND_EXECUTION_ERROR', message: phase.message }] }]),
    ],
    environment: { environmentVariables: build.order.environmentVariablesOverride },
    logs: {
      groupName: `/aws/codebuild/${build.projectName}`,
      streamName: stream,
      deepLink: `https://logs/${stream}`,
    },
    reportArns: build.reportArns,
    exportedEnvironmentVariables: Object.entries(build.exported).map(([name, value]) => ({ name, value })),
  };
}

function failure(name: string): FakeAnswer {
  const status = name === 'InternalServiceError' ? 500 : 400;
  return { status, body: JSON.stringify({ __type: name, message: `${name} by the stand-in` }) };
}
