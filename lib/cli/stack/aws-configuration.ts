import { CLIENT_CONFIG } from '../../aws/client-config.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';

/** What every client of AWS is made with. */
export type AwsConfiguration = Awaited<ReturnType<typeof awsConfiguration>>;

/** A person's connection may be slower than that of a function beside the service. Milliseconds. */
const CONNECTING_MS = 5000;

/**
 * How AWS is reached: a named profile with everything it may say (keys, SSO, roles, processes), or the default chain of the SDK.
 * Nothing is asked before a client needs it.
 *
 * Errors: `Unreachable` where nothing says which region is meant.
 */
export async function awsConfiguration(given: {
  readonly profile: string | undefined;
  readonly region: string | undefined;
}) {
  const { profile } = given;
  const region = given.region ?? (await configuredRegion(profile));
  const { fromIni, fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const clientConfig = { region };
  return {
    ...CLIENT_CONFIG,
    requestHandler: { ...CLIENT_CONFIG.requestHandler, connectionTimeout: CONNECTING_MS },
    region,
    // The chain would go on after a profile that gives nothing, and tell of its last link only.
    credentials:
      profile === undefined
        ? fromNodeProviderChain({ clientConfig })
        : keptUntilTheyExpire(fromIni({ profile, clientConfig })),
  };
}

/** Begins to be renewed this long before the end, so that a request that is under way does not meet it. Milliseconds. */
const RENEWED_BEFORE_MS = 5 * 60_000;

/** So that a profile is asked once for all clients: it may stand for a login, a role or a process. */
function keptUntilTheyExpire<Credentials extends { readonly expiration?: Date }>(
  provide: () => Promise<Credentials>,
): () => Promise<Credentials> {
  let known: Promise<Credentials> | undefined;
  return async () => {
    const { expiration } = (await known?.catch(() => undefined)) ?? {};
    const isOver = expiration !== undefined && expiration.getTime() - Date.now() < RENEWED_BEFORE_MS;
    if (isOver) known = undefined;
    known ??= provide();
    return known;
  };
}

/** As the SDK finds it: AWS_REGION, then the profile in ~/.aws/config. */
async function configuredRegion(profile: string | undefined): Promise<string> {
  const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(profile === undefined ? {} : { profile });
  try {
    return await client.config.region();
  } catch (thrown) {
    throw new NoneventError('Unreachable', `nothing says which AWS region is meant: ${messageOf(thrown)}`, {
      hint: 'name it with --region, NONEVENT_REGION or AWS_REGION',
      cause: thrown,
    });
  } finally {
    client.destroy();
  }
}
