import { type ServiceFake, xml, xmlError } from './aws-fake.ts';

export type Assumption = {
  readonly role: string;
  readonly session: string;
  readonly externalId: string | null;
  readonly seconds: number;
};

export type StsFake = ServiceFake & {
  readonly assumed: Assumption[];
  /** When the credentials that are given next expire. */
  expiration: Date;
};

/**
 * STS as far as roles are assumed: a session name has 2 to 64 of `\w+=,.@-`, a duration lies between 900 and 43200 seconds, a role
 * whose trust policy asks for an external id is assumed with it only, and the credentials of `ROLE` have the access key `ASIA-SESSION`
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). Whoever asks is user ada of account 123456789012
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 */
export function stsFake(externalId?: string): StsFake {
  const assumed: Assumption[] = [];
  const fake: StsFake = {
    service: 'sts',
    assumed,
    expiration: new Date('2100-01-01T00:00:00Z'),
    answer({ body }) {
      const input = new URLSearchParams(body.toString());
      if (input.get('Action') === 'GetCallerIdentity')
        return xml(
          'GetCallerIdentity',
          `<Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId><Account>123456789012</Account>`,
        );
      const session = input.get('RoleSessionName') ?? '';
      const seconds = Number(input.get('DurationSeconds') ?? 3600);
      if (!/^[\w+=,.@-]{2,64}$/.test(session) || seconds < 900 || seconds > 43_200)
        return xmlError(400, 'ValidationError', 'a value has not its form');
      if (externalId !== undefined && input.get('ExternalId') !== externalId)
        return xmlError(403, 'AccessDenied', 'not authorized to perform: sts:AssumeRole');
      assumed.push({
        role: input.get('RoleArn') ?? '',
        session,
        externalId: input.get('ExternalId'),
        seconds,
      });
      return xml(
        'AssumeRole',
        `<Credentials><AccessKeyId>ASIA-${session}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>${fake.expiration.toISOString()}</Expiration></Credentials>`,
      );
    },
  };
  return fake;
}
