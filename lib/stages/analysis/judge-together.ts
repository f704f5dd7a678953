import type { Judgement } from '../../history/deployment-events.ts';

/** One verdict on several: a failure of any fails, and only what passes everywhere passes. Pure. */
export function together(judgements: readonly Judgement[]): Judgement {
  const is = (verdict: Judgement['verdict']) => judgements.some((one) => one.verdict === verdict);
  const [only] = judgements;
  if (judgements.length === 1 && only !== undefined) return only;
  return {
    verdict: is('fail') ? 'fail' : is('inconclusive') || judgements.length === 0 ? 'inconclusive' : 'pass',
    expected: judgements.map(({ expected }) => expected).join(' and '),
    observed: judgements.map(({ observed }) => observed).join('; '),
  };
}
