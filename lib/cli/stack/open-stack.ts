import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDBEventStore } from '../../history/dynamodb-event-store.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { WATCHING_A_STACK } from '../pace.ts';
import type { StackSystem } from '../system.ts';
import { type AwsConfiguration, awsConfiguration } from './aws-configuration.ts';
import { type AwsPlace, type AwsRequest, awsFailure } from './aws-failure.ts';
import { callerOf, requireAccount } from './caller.ts';
import type { ChosenStack } from './choose-system.ts';
import { describeStack } from './describe-stack.ts';
import { explainedStore } from './explained-store.ts';
import type { StackConnection } from './stack-connection.ts';

/**
 * Reaches a stack with the credentials of whoever types the command. What `nonevent connect` wrote is taken where it is about the account of
 * these credentials; else the stack is asked. Either is one request. Clients of services that a command does not use are not loaded.
 *
 * Errors: `Unreachable`, saying what is missing.
 */
export async function openStack(chosen: ChosenStack): Promise<StackSystem> {
  const profile = chosen.profile.value;
  const configuration = await awsConfiguration({ profile, region: chosen.region.value });
  const connection = await connectionTo(chosen, configuration);
  const place: AwsPlace = { stack: connection.stack, region: connection.region, profile };
  const dynamodb = new DynamoDBClient(configuration);
  const explain = (thrown: unknown, request: AwsRequest): NoneventError => awsFailure(thrown, request, place);
  const called = `stack ${connection.stack} in ${connection.region}`;
  return {
    kind: 'stack',
    connection,
    called,
    connectedBy: chosen.stack.from,
    identity: () =>
      tableArn(dynamodb, connection.table).catch((thrown: unknown) => {
        throw explain(thrown, { doing: 'tell which table it is', action: 'dynamodb:DescribeTable' });
      }),
    whySee: `the alarms and dead letters of ${called}`,
    options: optionsFor(chosen),
    watching: WATCHING_A_STACK,
    store: explainedStore(createDynamoDBEventStore({ client: dynamodb, table: connection.table }), (outage) =>
      explain(outage, { doing: 'read the histories', action: 'dynamodb:Query' }),
    ),
    dynamodb,
    table: connection.table,
    artifacts: {
      pack: (folder, ignored) =>
        packed(configuration, connection, folder, ignored).catch((thrown: unknown) => {
          // Without a cause it is the content that is refused.
          if (thrown instanceof NoneventError && !isOfAws(thrown.cause)) throw thrown;
          throw explain(thrown, { doing: 'upload the artifact', action: 's3:PutObject' });
        }),
    },
    register: async (pipeline) => {
      const { SFNClient } = await import('@aws-sdk/client-sfn');
      const { requireInstalled } = await import('./require-installed.ts');
      const client = new SFNClient(configuration);
      try {
        await requireInstalled(client, connection, pipeline);
      } catch (thrown) {
        if (thrown instanceof NoneventError) throw thrown;
        throw explain(thrown, {
          doing: 'see which pipelines are installed',
          action: 'states:ListStateMachineVersions',
        });
      } finally {
        client.destroy();
      }
    },
    publish: async (detailType, detail) => {
      const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
      const { putRequest } = await import('./put-request.ts');
      const client = new EventBridgeClient(configuration);
      try {
        await putRequest(client, { bus: connection.bus, detailType, detail });
      } catch (thrown) {
        if (thrown instanceof NoneventError) throw thrown;
        throw explain(thrown, { doing: 'put the request on the bus', action: 'events:PutEvents' });
      } finally {
        client.destroy();
      }
    },
    close: () => dynamodb.destroy(),
  };
}

/** What AWS says counts, and never the file alone. */
async function connectionTo(
  { stack, region, profile: { value: profile }, known }: ChosenStack,
  configuration: AwsConfiguration,
): Promise<StackConnection> {
  if (known === undefined) return describeStack(configuration, { stack: stack.value, profile });
  const place = { stack: stack.value, region: region.value ?? configuration.region, profile };
  requireAccount(known, await callerOf(configuration, place));
  return known;
}

/** As DynamoDB says it: what is remembered of a table must not depend on what a file says of it. */
async function tableArn(client: DynamoDBClient, table: string): Promise<string> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  if (Table?.TableArn === undefined) throw new Error(`table ${table} has no ARN`);
  return Table.TableArn;
}

async function packed(
  { region, credentials }: AwsConfiguration,
  { artifacts: bucket, account }: StackConnection,
  folder: string,
  ignored: 'vcs' | 'nothing',
) {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { createS3Artifacts, S3_CONFIG } = await import('../../artifacts/s3-artifacts.ts');
  const client = new S3Client({ ...S3_CONFIG, region, credentials });
  try {
    return await createS3Artifacts({ client, bucket, account }).pack(folder, ignored);
  } finally {
    client.destroy();
  }
}

/** An error of the disk or of git has no answer of a service, and is not about credentials either. */
function isOfAws(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    ('$metadata' in thrown || /Provider/.test(thrown.name) || '$response' in thrown)
  );
}

/** What was typed has to be typed again; variables and the file are still there. */
function optionsFor({ stack, region, profile }: ChosenStack): string {
  return [['stack', stack] as const, ['region', region] as const, ['profile', profile] as const]
    .flatMap(([name, { value, from }]) => (from.startsWith('flag ') ? [` --${name} ${value}`] : []))
    .join('');
}
