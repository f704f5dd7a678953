import { z } from 'zod';

/** What a deployment does that finds the lease of an environment held by another one. */
export const leasePolicy = z.enum(['queue', 'supersede', 'reject']);

export type LeasePolicy = z.output<typeof leasePolicy>;
