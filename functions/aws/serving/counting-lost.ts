import { z } from 'zod';
import type { Handler } from '../../handler.ts';
import type { Invocation } from './on-lambda.ts';

const answer = z.looseObject({ drivenOn: z.array(z.unknown()) });

/** The same handler of reconcile; every execution that had died and whose deployment was driven on is counted. */
export function countingLost(reconcile: Handler, count: Invocation['count']): Handler {
  return async (payload) => {
    const reconciled = answer.parse(await reconcile(payload));
    count('RunsLost', reconciled.drivenOn.length);
    return reconciled;
  };
}
