import { createHash } from 'node:crypto';
import { type CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildsCommand,
  BatchGetReportsCommand,
  type CodeBuildClient,
  ListBuildsForProjectCommand,
  StartBuildCommand,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';
import { z } from 'zod';
import { isPassing } from '../../aws/service-failure.ts';
import { plainText } from '../../lifecycle/wording/plain-text.ts';
import { messageOf, NoneventError, nameOf } from '../../nonevent-error.ts';
import { type Digest, digest } from '../../pipeline/release.ts';
import type { BuildEvidence } from './build-evidence.ts';
import { buildStatus } from './build-status.ts';
import { type Build, type BuildOrder, type Builds, POLL_MS } from './builds.ts';
import { buildspecOf, MADE, OUTPUT } from './buildspec.ts';

export type CodeBuildOptions = {
  readonly client: CodeBuildClient;
  readonly logs: CloudWatchLogsClient;
  /** Where artifacts are kept, as `createS3Artifacts` does; the role of every project may read and write there. */
  readonly bucket: string;
  /** @default 5000 */
  readonly pollMs?: number;
};

/** Runs commands on AWS CodeBuild (https://docs.aws.amazon.com/codebuild/latest/APIReference/). */
export function createBuilds(options: CodeBuildOptions): Builds {
  const { client } = options;
  return {
    pollMs: options.pollMs ?? POLL_MS,

    async find(project, run, since) {
      const found: Described[] = [];
      for await (const page of pagesOf(client, project)) {
        found.push(...page.filter((build) => carries(build, run)));
        if (page.some(({ startTime }) => startTime.getTime() < since - CLOCKS_APART_MS)) break;
      }
      const [first] = found.toSorted((one, other) => one.startTime.getTime() - other.startTime.getTime());
      return first === undefined ? undefined : asBuild(first, options);
    },

    async start(order) {
      const answer = await send(
        order.project,
        client.send(new StartBuildCommand(requestOf(order, options.bucket))),
      );
      return asBuild(described.parse(answer.build), options);
    },

    async stop(id) {
      await send(id, client.send(new StopBuildCommand({ id })));
    },
  };
}

const RUN = 'NONEVENT_RUN';
/** 100 builds each, newest first. */
const PAGES_AT_MOST = 10;
/** By how much the clock of CodeBuild may be behind ours. */
const CLOCKS_APART_MS = 3_600_000;

/** The builds of a project, newest first. */
async function* pagesOf(client: CodeBuildClient, project: string): AsyncGenerator<readonly Described[]> {
  let nextToken: string | undefined;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const command = new ListBuildsForProjectCommand({
      projectName: project,
      sortOrder: 'DESCENDING',
      nextToken,
    });
    const { ids = [], nextToken: next } = await send(`builds of ${project}`, client.send(command));
    yield ids.length === 0 ? [] : await describe(client, ids);
    if (next === undefined) return;
    nextToken = next;
  }
}

function carries({ environment }: Described, run: string): boolean {
  return environment.environmentVariables.some(({ name, value }) => name === RUN && value === run);
}

function requestOf(order: BuildOrder, bucket: string) {
  const minutes = Math.ceil(order.timeoutSeconds / 60);
  return {
    projectName: order.project,
    // Valid for five minutes; what repeats a start later finds the build by its run.
    idempotencyToken: createHash('sha256').update(order.run).digest('hex'),
    sourceTypeOverride: 'NO_SOURCE' as const,
    artifactsOverride: { type: 'NO_ARTIFACTS' as const },
    buildspecOverride: buildspecOf(order, bucket),
    environmentVariablesOverride: Object.entries({ ...order.variables, [RUN]: order.run }).map(
      ([name, value]) => ({ name, value, type: 'PLAINTEXT' as const }),
    ),
    timeoutInMinutesOverride: Math.min(2160, Math.max(5, minutes)),
    queuedTimeoutInMinutesOverride: Math.min(480, Math.max(5, minutes)),
  };
}

const described = z.object({
  id: z.string(),
  projectName: z.string(),
  buildStatus: buildStatus,
  startTime: z.date(),
  endTime: z.date().optional(),
  phases: z
    .array(
      z.object({
        phaseType: z.string(),
        phaseStatus: z.string().optional(),
        contexts: z.array(z.object({ message: z.string().optional() })).optional(),
      }),
    )
    .default([]),
  environment: z.object({
    environmentVariables: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  }),
  logs: z
    .object({
      groupName: z.string().optional(),
      streamName: z.string().optional(),
      deepLink: z.string().optional(),
    })
    .optional(),
  reportArns: z.array(z.string()).default([]),
  exportedEnvironmentVariables: z
    .array(z.object({ name: z.string(), value: z.string().optional() }))
    .default([]),
});
type Described = z.output<typeof described>;

async function describe(client: CodeBuildClient, ids: readonly string[]): Promise<readonly Described[]> {
  const { builds = [] } = await send('builds', client.send(new BatchGetBuildsCommand({ ids: [...ids] })));
  return builds.flatMap((build) => described.safeParse(build).data ?? []);
}

function asBuild(build: Described, options: CodeBuildOptions): Build {
  const handedOut = (name: string) =>
    build.exportedEnvironmentVariables.find((variable) => variable.name === name)?.value;
  return {
    id: build.id,
    status: build.buildStatus,
    evidence: () => evidenceOf(build, options),
    made: digest.safeParse(handedOut(MADE)).data as Digest | undefined,
    output: handedOut(OUTPUT),
    newestLine: (beginning) => newestLineOf(build, beginning, options.logs),
  };
}

const UNSUCCESSFUL: readonly string[] = ['FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED', 'CLIENT_ERROR'];
const MESSAGE_CHARACTERS = 1000;

async function evidenceOf(build: Described, { client, logs }: CodeBuildOptions): Promise<BuildEvidence> {
  const failing = build.phases.find(({ phaseStatus = '' }) => UNSUCCESSFUL.includes(phaseStatus));
  const messages = (failing?.contexts ?? []).flatMap(({ message }) => message ?? []);
  const [tail, tests] = await Promise.all([tailOf(build, logs), testsOf(build, client)]);
  return {
    build: build.id,
    status: build.buildStatus,
    phase: failing?.phaseType ?? null,
    message: messages.join('; ').slice(0, MESSAGE_CHARACTERS),
    durationMs: build.endTime === undefined ? null : build.endTime.getTime() - build.startTime.getTime(),
    tail,
    log: build.logs?.deepLink ?? null,
    tests,
  };
}

const TAIL_LINES = 40;
const TAIL_CHARACTERS = 4000;

/** The log is evidence of why, not of whether: without it the verdict is the same. */
async function tailOf({ logs: place }: Described, logs: CloudWatchLogsClient): Promise<string> {
  if (place?.groupName === undefined || place.streamName === undefined) return '';
  const command = new GetLogEventsCommand({
    logGroupName: place.groupName,
    logStreamName: place.streamName,
    startFromHead: false,
    limit: TAIL_LINES,
  });
  const { events = [] } = await logs.send(command).catch(() => ({ events: [] }));
  const lines = events.map(({ message = '' }) => message.replace(/\n$/, ''));
  return plainText(lines.join('\n')).slice(-TAIL_CHARACTERS).toWellFormed();
}

/** 10 000 lines or a megabyte each. */
const LOG_PAGES_AT_MOST = 4;

/** Read from the end, where the newest is. */
async function newestLineOf(
  { logs: place }: Described,
  beginning: string,
  logs: CloudWatchLogsClient,
): Promise<string | undefined> {
  if (place?.groupName === undefined || place.streamName === undefined) return undefined;
  const stream = { logGroupName: place.groupName, logStreamName: place.streamName, startFromHead: false };
  let nextToken: string | undefined;
  for (let page = 0; page < LOG_PAGES_AT_MOST; page += 1) {
    const answer = await logs.send(new GetLogEventsCommand({ ...stream, nextToken })).catch(() => undefined);
    const lines = (answer?.events ?? []).flatMap(({ message = '' }) => message.split('\n'));
    const found = lines.findLast((line) => line.startsWith(beginning));
    // At the beginning of the stream the token is the one that was given.
    if (found !== undefined || answer?.nextBackwardToken === nextToken) return found;
    nextToken = answer?.nextBackwardToken;
  }
  return undefined;
}

const summary = z.object({ statusCounts: z.record(z.string(), z.number()) });

/** What the build's test reports count, all together. */
async function testsOf({ reportArns }: Described, client: CodeBuildClient): Promise<BuildEvidence['tests']> {
  if (reportArns.length === 0) return null;
  const command = new BatchGetReportsCommand({ reportArns: reportArns.slice(0, 100) });
  const { reports = [] } = await client.send(command).catch(() => ({ reports: [] }));
  const counts: Record<string, number> = {};
  for (const report of reports) {
    const { statusCounts = {} } = summary.safeParse(report.testSummary).data ?? {};
    for (const [status, count] of Object.entries(statusCounts))
      counts[status] = (counts[status] ?? 0) + count;
  }
  return counts;
}

async function send<Answer>(what: string, answering: Promise<Answer>): Promise<Answer> {
  try {
    return await answering;
  } catch (cause) {
    const name = nameOf(cause);
    const message = `codebuild refused ${what}: ${name}: ${messageOf(cause)}`;
    throw new NoneventError(isPassing(cause) ? 'StoreUnavailable' : 'CommandFailed', message, {
      hint: 'look whether the project is there and whether this role may start and read its builds',
      cause,
    });
  }
}
