import { z } from 'zod';
import { duration } from '../pipeline/duration.ts';

/** A time as an option gives it: as in a pipeline file, so that a bare number is seconds. */
export const timeout = z.preprocess(
  (written) => (typeof written === 'string' && /^\d+(\.\d+)?$/.test(written) ? Number(written) : written),
  duration,
);
