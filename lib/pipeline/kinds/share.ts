import { z } from 'zod';

/** A share between 0 and 1: `1%` or `0.01` in a file, a number once parsed. */
export const share = z
  .union([
    z.number().min(0).max(1),
    z.string().regex(/^\d+(\.\d+)?%$/, 'expected a share such as 1% or 0.01'),
  ])
  .transform((written) => (typeof written === 'number' ? written : Number(written.slice(0, -1)) / 100))
  .refine((value) => value <= 1, 'expected a share of at most 100%')
  .meta({ title: 'Share' });
