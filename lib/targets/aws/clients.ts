import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import type { Account } from '../../pipeline/target-kinds/account.ts';
import { assumedCredentials } from './credentials.ts';

/** What every client is made with. What is left out is found as the SDK always does: environment, profile, role of the function. */
export type AwsConfiguration = {
  readonly region?: string;
  /** One address for all services. @default that of each service */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How often a request is sent that is throttled or gets no answer. @default 6 */
  readonly maxAttempts?: number;
};

/** The clients of one account and region. */
export type AwsClients = {
  readonly lambda: LambdaClient;
  readonly cloudWatch: CloudWatchClient;
  readonly ecs: ECSClient;
  readonly cloudFormation: CloudFormationClient;
  readonly s3: S3Client;
};

/** Clients that act where a target is. `session` names whoever acts to the other account. Nothing is connected yet. */
export function createClients(
  configuration: AwsConfiguration,
  { region, role, externalId }: Account,
  session: string,
  now: () => number,
): AwsClients {
  const here = { maxAttempts: 6, ...configuration, ...(region === undefined ? {} : { region }) };
  const there =
    role === undefined
      ? here
      : { ...here, credentials: assumedCredentials(here, { role, externalId, session }, now) };
  return {
    lambda: new LambdaClient(there),
    cloudWatch: new CloudWatchClient(there),
    ecs: new ECSClient(there),
    cloudFormation: new CloudFormationClient(there),
    // A fake or an emulator has no name for each bucket.
    s3: new S3Client({ ...there, forcePathStyle: configuration.endpoint !== undefined }),
  };
}
