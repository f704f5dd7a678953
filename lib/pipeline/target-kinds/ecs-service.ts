import { z } from 'zod';
import { account, publicUrl, repository } from './account.ts';

/** Runs a release as the image of a container in an ECS service. */
export const ecsServiceTarget = z
  .strictObject({
    kind: z.literal('ecsService'),
    cluster: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,255}$/, 'expected the name of a cluster')
      .describe('The cluster that the service runs in.'),
    service: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,255}$/, 'expected the name of a service')
      .describe('The service. It exists; Nonevent changes which task definition it runs, and nothing else.'),
    container: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,255}$/, 'expected the name of a container')
      .describe('The container of the task definition whose image is the release.'),
    repository: repository.describe(
      'The repository of its image. The digest of the release is the digest of the image.',
    ),
    url: publicUrl,
    ...account,
  })
  .describe('A service of Elastic Container Service. Each release is a revision of its task definition.');

export type EcsServiceTarget = z.output<typeof ecsServiceTarget>;
