import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDBEventStore } from '../../history/dynamodb-event-store.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { type AwsConfiguration, awsConfiguration } from '../stack/aws-configuration.ts';
import { type AwsRequest, awsFailure } from '../stack/aws-failure.ts';
import { callerOf } from '../stack/caller.ts';
import type { ChosenStack } from '../stack/choose-system.ts';
import { describeStack } from '../stack/describe-stack.ts';
import type { StackConnection } from '../stack/stack-connection.ts';
import type { Finding } from './finding.ts';

/**
 * Examines whether a stack can be reached: region, credentials, the stack itself, its table, bus and bucket, and whether it runs the pipeline
 * of this folder. Changes nothing and throws nothing.
 */
export async function examineStack(
  chosen: ChosenStack,
  pipeline: Pipeline | undefined,
): Promise<readonly Finding[]> {
  const profile = chosen.profile.value;
  const stack = chosen.stack.value;
  const configured = await found('region', () => awsConfiguration({ profile, region: chosen.region.value }));
  if ('state' in configured) return [configured];
  const configuration = configured.value;
  const { region } = configuration;
  const asking = { configuration, place: { stack, region, profile } };
  const [identity, described] = await Promise.all([
    found('credentials', () => callerOf(configuration, asking.place)),
    found('stack', () => describeStack(configuration, { stack, profile })),
  ]);
  const connection = 'value' in described ? described.value : chosen.known;
  const findings = [
    { what: 'region', state: 'ok', observed: region } as const,
    'value' in identity ? whoAsks(identity.value, connection) : identity,
    'value' in described ? isAsConnected(described.value, chosen.known) : described,
  ];
  if (connection === undefined || !('value' in identity)) return findings;
  return [...findings, ...(await Promise.all(partsOf(asking, connection, pipeline)))];
}

type Asking = {
  readonly configuration: AwsConfiguration;
  readonly place: { readonly stack: string; readonly region: string; readonly profile: string | undefined };
};

function partsOf(
  asking: Asking,
  connection: StackConnection,
  pipeline: Pipeline | undefined,
): readonly Promise<Finding>[] {
  const { table, bus, artifacts } = connection;
  return [
    examined('table', `${table}, can be read`, () => readTable(asking, table)),
    examined('bus', `${bus}, is there`, () => findBus(asking, bus)),
    examined('bucket', `${artifacts}, is there`, () => findBucket(asking, connection)),
    ...(pipeline === undefined
      ? []
      : [
          examined('installed', `${pipeline.pipeline}, as it is in this file`, () =>
            findPipeline(asking, connection, pipeline),
          ),
        ]),
  ];
}

function whoAsks(
  { arn, account }: { readonly arn: string; readonly account: string },
  connection: StackConnection | undefined,
): Finding {
  const what = 'credentials';
  if (connection === undefined || connection.account === account) return { what, state: 'ok', observed: arn };
  return {
    what,
    state: 'problem',
    observed: `${arn} is of account ${account}, the stack is in account ${connection.account}`,
    fix: 'name a profile of that account with --profile, or connect to a stack in this one',
  };
}

/** What was connected may have been replaced since. */
function isAsConnected(now: StackConnection, known: StackConnection | undefined): Finding {
  const what = 'stack';
  const names = ['table', 'bus', 'artifacts', 'stateMachines', 'account'] as const;
  const other = known === undefined ? undefined : names.find((name) => known[name] !== now[name]);
  if (other === undefined) return { what, state: 'ok', observed: `${now.stack}, account ${now.account}` };
  return {
    what,
    state: 'problem',
    observed: `its ${other} is ${now[other]} now, and was ${known?.[other]} when it was connected`,
    fix: 'nonevent connect',
  };
}

async function readTable({ configuration, place }: Asking, table: string): Promise<void> {
  const client = new DynamoDBClient(configuration);
  await asked(place, { doing: 'read the table', action: 'dynamodb:Query' }, client, () =>
    createDynamoDBEventStore({ client, table }).list('opened', 1),
  );
}

async function findBus({ configuration, place }: Asking, bus: string): Promise<void> {
  const { DescribeEventBusCommand, EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
  const client = new EventBridgeClient(configuration);
  await asked(place, { doing: 'find the bus', action: 'events:DescribeEventBus' }, client, () =>
    client.send(new DescribeEventBusCommand({ Name: bus })),
  );
}

async function findBucket(
  { configuration, place }: Asking,
  { artifacts: bucket, account }: StackConnection,
): Promise<void> {
  const { HeadBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client(configuration);
  await asked(place, { doing: 'find the bucket', action: 's3:ListBucket' }, client, () =>
    client.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: account })),
  );
}

async function findPipeline(
  { configuration, place }: Asking,
  connection: StackConnection,
  pipeline: Pipeline,
): Promise<void> {
  const { SFNClient } = await import('@aws-sdk/client-sfn');
  const { requireInstalled } = await import('../stack/require-installed.ts');
  const client = new SFNClient(configuration);
  const request = {
    doing: 'see which pipelines are installed',
    action: 'states:ListStateMachineVersions',
  };
  await asked(place, request, client, () => requireInstalled(client, connection, pipeline));
}

/** Ours are told as they are, unless they are about an outage of AWS; the client is closed in any case. */
async function asked<Answer>(
  place: Asking['place'],
  request: AwsRequest,
  client: { destroy(): void },
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof NoneventError && thrown.code !== 'StoreUnavailable') throw thrown;
    throw awsFailure(thrown, request, place);
  } finally {
    client.destroy();
  }
}

async function examined(what: string, observed: string, ask: () => Promise<void>): Promise<Finding> {
  const answer = await found(what, ask);
  return 'value' in answer ? { what, state: 'ok', observed } : answer;
}

async function found<Value>(
  what: string,
  find: () => Promise<Value>,
): Promise<{ readonly value: Value } | Finding> {
  try {
    return { value: await find() };
  } catch (thrown) {
    const hint = thrown instanceof NoneventError ? thrown.hint : undefined;
    return {
      what,
      state: 'problem',
      observed: messageOf(thrown),
      fix: hint ?? 'run `nonevent doctor` again',
    };
  }
}
