import { messageOf, NoneventError } from '../../nonevent-error.ts';

/** A request to AWS, as an error tells of it. */
export type AwsRequest = {
  /** As in `could not <doing>`. */
  readonly doing: string;
  /** The IAM action that it needs. */
  readonly action: string;
};

/** Which AWS is meant. */
export type AwsPlace = {
  readonly stack: string;
  readonly region: string;
  readonly profile: string | undefined;
};

/** What an error of the SDK comes to, and how it is mended. */
type Diagnosis = { readonly why: string; readonly hint: string };

/**
 * The error for a request to AWS that failed after the SDK's own attempts. Says what was missing where that can be known: the
 * credentials, the action, the region, the stack.
 */
export function awsFailure(thrown: unknown, { doing, action }: AwsRequest, place: AwsPlace): NoneventError {
  const cause = rootOf(thrown);
  const { why, hint } = diagnosisOf(cause, action, place);
  return new NoneventError('Unreachable', `could not ${doing}: ${why}`, {
    fields: { stack: place.stack, region: place.region, action, error: nameOf(cause) },
    hint,
    cause: thrown,
  });
}

/** What the SDK threw, where one of ours is around it. */
function rootOf(thrown: unknown): unknown {
  return thrown instanceof NoneventError && thrown.cause !== undefined ? rootOf(thrown.cause) : thrown;
}

function diagnosisOf(thrown: unknown, action: string, place: AwsPlace): Diagnosis {
  const name = nameOf(thrown);
  const message = messageOf(thrown);
  const { stack, region } = place;
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
    return isExpired(message) ? expired(message, place) : noCredentials(message, place);
  }
  if (/ExpiredToken|RequestExpired/.test(name)) return expired(message, place);
  if (
    /InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|AuthFailure/.test(
      name,
    )
  )
    return {
      why: `AWS does not accept the credentials (${name})`,
      hint: `${otherCredentials(place)}; a clock that is off by minutes does this too`,
    };
  if (/AccessDenied|UnauthorizedOperation|NotAuthorized/.test(name) || statusOf(thrown) === 403) {
    const missing = /perform: ([\w-]+:\w+)/.exec(message)?.[1] ?? action;
    return {
      why: `${place.profile === undefined ? 'the credentials' : `profile ${place.profile}`} may not perform ${missing}`,
      hint: `allow ${missing}, as grantTrigger and grantRead of the construct do, or ${otherCredentials(place)}`,
    };
  }
  if (/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ProvisionedThroughputExceeded/.test(name)) {
    return {
      why: `AWS throttled it after every attempt (${name})`,
      hint: 'wait a moment and type the command again, which is safe',
    };
  }
  if (name === 'ValidationError' && message.includes('does not exist')) {
    return {
      why: `there is no stack ${stack} in ${region}`,
      hint: 'name another with --stack or --region, or install it with `npx cdk deploy`',
    };
  }
  if (/ResourceNotFound|NoSuchBucket|PermanentRedirect|NotFound$/.test(name)) {
    return {
      why: `what stack ${stack} in ${region} told of is not there (${name})`,
      hint: 'the stack was replaced, or the credentials are of another account: run `nonevent connect` again',
    };
  }
  if (isOfNetwork(thrown)) {
    return {
      why: `AWS cannot be reached in ${region} (${codeOf(thrown) ?? name}: ${message})`,
      hint: 'look at the network and whether the region is written right',
    };
  }
  return { why: `${name}: ${message}`, hint: 'run `nonevent doctor`' };
}

function isExpired(message: string): boolean {
  return /expired|re-?authenticate|aws sso login|aws login/i.test(message);
}

function noCredentials(message: string, { profile }: AwsPlace): Diagnosis {
  return {
    why: `there are no credentials (${message})`,
    hint:
      profile === undefined
        ? 'name a profile with --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID'
        : `look whether profile ${profile} is in ~/.aws/config, or name another with --profile`,
  };
}

function expired(message: string, { profile }: AwsPlace): Diagnosis {
  const named = profile === undefined ? '' : ` --profile ${profile}`;
  return {
    why: `the credentials have expired (${message})`,
    hint: `log in again, such as with \`aws sso login${named}\``,
  };
}

function otherCredentials({ profile }: AwsPlace): string {
  return profile === undefined ? 'name a profile with --profile' : 'name another profile with --profile';
}

function isOfNetwork(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return nameOf(thrown) === 'TimeoutError' || (code !== undefined && /^(E[A-Z_]+|UND_ERR)/.test(code));
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : 'Error';
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}

function statusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('$metadata' in thrown)) return undefined;
  return (thrown.$metadata as { readonly httpStatusCode?: number }).httpStatusCode;
}
