import { z } from 'zod';

/** Where a target in AWS is: fields that all of them have. */
export const account = {
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as eu-west-1')
    .optional()
    .describe('The region of the target; where it is left out, the one that Nonevent runs in.'),
  role: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
      'expected the ARN of a role such as arn:aws:iam::123456789012:role/deployer',
    )
    .optional()
    .describe('A role to assume for everything done to the target, so that it may be in another account.'),
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, 'expected an external id of 2 to 1224 characters')
    .optional()
    .describe('The external id that the trust policy of the role asks for.'),
} as const;

/** The account fields as a target holds them. */
export type Account = {
  readonly region?: string | undefined;
  readonly role?: string | undefined;
  readonly externalId?: string | undefined;
};

/** The address that users reach a target at, for checks that go through the router. */
export const publicUrl = z
  .string()
  .max(2000)
  .regex(/^https?:\/\/[^\s/?#@]+$/, 'expected a URL without a path such as https://shop.example.com')
  .optional()
  .describe('The URL that users reach the target at; `http` checks with `through: router` ask it.');

/** An image repository without a tag. */
export const repository = z
  .string()
  .max(500)
  .regex(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
    'expected a repository such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop, without a tag',
  );

/** A bucket in the region of the target, for what is too large to be sent along with a request. */
export const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')
  .optional();
