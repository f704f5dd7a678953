import { z } from 'zod';
import { NoneventError } from '../../../lib/nonevent-error.ts';
import type { Handler } from '../../handler.ts';
import type { Invocation } from './on-lambda.ts';

const answer = z.looseObject({ findings: z.number() });

/**
 * The same handler of seals; every stream that could not be sealed any further is counted, and so is a copy of a seal that says something
 * else than the history: somebody has to look, whether or not the seal could be made.
 */
export function countingUnsound(seal: Handler, count: Invocation['count']): Handler {
  return async (payload) => {
    try {
      const sealed = answer.parse(await seal(payload));
      if (sealed.findings > 0) count('HistoryNotSound', sealed.findings);
      return sealed;
    } catch (thrown) {
      if (thrown instanceof NoneventError && thrown.code === 'HistoryCorrupt') count('HistoryNotSound');
      throw thrown;
    }
  };
}
