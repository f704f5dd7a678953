import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { AwsConfiguration } from './clients.ts';

/** Credentials as the SDK's clients take them. The clients keep them until they expire, and then ask again. */
export type AssumedCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
};

export type AssumedRole = {
  readonly role: string;
  readonly externalId?: string | undefined;
  /** What the records of the other account name whoever acts there: 2 to 64 letters, digits and `_+=,.@-`. */
  readonly session: string;
};

const answer = z.object({
  Credentials: z.object({
    AccessKeyId: z.string(),
    SecretAccessKey: z.string(),
    SessionToken: z.string(),
    Expiration: z.date(),
  }),
});

/** A quarter of an hour is the least that STS gives; an hour is what every role allows. */
const SESSION_SECONDS = 3600;

/** Begins to be renewed this long before the end, so that a call that is under way does not meet it. */
const RENEWED_BEFORE_MILLISECONDS = 5 * 60_000;

/**
 * Credentials of a role, asked of STS when they are first needed and kept until shortly before they expire. Callers at the same
 * time share one request.
 *
 * Errors: `TargetFailed` where the role cannot be assumed.
 */
export function assumedCredentials(
  configuration: AwsConfiguration,
  assumed: AssumedRole,
  now: () => number,
): () => Promise<AssumedCredentials> {
  const client = new STSClient(configuration);
  let known: Promise<AssumedCredentials> | undefined;
  let expires = 0;
  return async () => {
    if (known === undefined || now() >= expires - RENEWED_BEFORE_MILLISECONDS) {
      expires = Number.POSITIVE_INFINITY;
      known = assume(client, assumed);
      known.then(
        ({ expiration }) => {
          expires = expiration.getTime();
        },
        () => {
          known = undefined;
        },
      );
    }
    return known;
  };
}

async function assume(
  client: STSClient,
  { role, externalId, session }: AssumedRole,
): Promise<AssumedCredentials> {
  try {
    const command = new AssumeRoleCommand({
      RoleArn: role,
      RoleSessionName: session,
      ExternalId: externalId,
      DurationSeconds: SESSION_SECONDS,
    });
    const { Credentials: given } = answer.parse(await client.send(command));
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      expiration: given.Expiration,
    };
  } catch (thrown) {
    throw new NoneventError('TargetFailed', `the role ${role} cannot be assumed: ${messageOf(thrown)}`, {
      fields: { role },
      hint: 'let the trust policy of the role name the role that Nonevent runs with, and its external id if it asks for one',
      cause: thrown,
    });
  }
}
