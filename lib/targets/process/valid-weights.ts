import { z } from 'zod';
import { NoneventError } from '../../nonevent-error.ts';
import type { Weights } from '../target.ts';
import { revisionName } from './target-record.ts';

const weightsSchema = z.record(revisionName, z.int().min(0).max(100));

/** The weights without those of zero. Errors: `InvalidInput` unless they are whole percents that make 100, or none. */
export function validWeights(written: Weights): Weights {
  const parsed = weightsSchema.safeParse(written);
  if (!parsed.success) throw invalid(written, z.prettifyError(parsed.error));
  const weights = Object.fromEntries(Object.entries(parsed.data).filter(([, weight]) => weight > 0));
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  if (sum !== 100 && sum !== 0) throw invalid(written, `they make ${sum}`);
  return weights;
}

function invalid(written: Weights, what: string): NoneventError {
  return new NoneventError(
    'InvalidInput',
    `invalid weights ${JSON.stringify(written)}: ${what}; expected whole percents from 0 to 100 that make 100, or none at all`,
  );
}
