import { z } from 'zod';
import { NoneventError } from '../../nonevent-error.ts';
import type { Weights } from '../target.ts';

const shares = z.record(z.string().min(1), z.number().min(0).max(100));

/** A ten-thousandth of a percent: what is lost where a service keeps a share as a fraction. */
const EPSILON = 1e-4;

/** The weights without those of zero, the heaviest first. Errors: `InvalidInput` unless they make 100, or there are none. */
export function sharesOf(written: Weights): readonly (readonly [string, number])[] {
  const parsed = shares.safeParse(written);
  if (!parsed.success) throw invalid(written, z.prettifyError(parsed.error));
  const given = Object.entries(parsed.data)
    .filter(([, percent]) => percent > 0)
    .toSorted(([, one], [, other]) => other - one);
  const sum = given.reduce((total, [, percent]) => total + percent, 0);
  if (given.length > 0 && Math.abs(sum - 100) > EPSILON) throw invalid(written, `they make ${sum}`);
  return given;
}

/**
 * The one revision that gets all of the traffic; `undefined` where none gets any. Errors: `Conflict` for a target that cannot split
 * its traffic, and those of `sharesOf`.
 */
export function onlyOne(written: Weights, what: string): string | undefined {
  const given = sharesOf(written);
  if (given.length <= 1) return given[0]?.[0];
  throw new NoneventError(
    'Conflict',
    `${what} cannot split its traffic: asked for ${JSON.stringify(written)}, expected 100 % for one revision`,
    { hint: 'use blueGreen for this target instead of canary' },
  );
}

function invalid(written: Weights, what: string): NoneventError {
  return new NoneventError(
    'InvalidInput',
    `invalid weights ${JSON.stringify(written)}: ${what}; expected percents that make 100, or none at all`,
  );
}
