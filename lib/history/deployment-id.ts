import { z } from 'zod';

/** Twenty hexadecimal digits, derived from pipeline digest, release digest and trigger id. */
export const deploymentId = z
  .string()
  .regex(/^[0-9a-f]{20}$/, 'expected a deployment id of 20 hexadecimal digits')
  .brand<'DeploymentId'>();
export type DeploymentId = z.output<typeof deploymentId>;
