import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../lib/pipeline/kinds/function.ts';
import { answerIn, answerInText, isPendingAnswer } from '../../../lib/stages/function/answer.ts';
import { judgeAnswer } from '../../../lib/stages/function/judge-answer.ts';

const CRITERIA = { latencyMs: { max: 300 }, status: { equals: 'ok' } } satisfies Record<string, Criterion>;

function verdictOn(text: string, criteria: Readonly<Record<string, Criterion>> = CRITERIA): string {
  const { verdict, observed } = judgeAnswer({ criteria }, answerInText(text));
  return `${verdict}: ${observed}`;
}

describe('an answer', () => {
  it.each([
    ['{"latencyMs":300,"status":"ok"}', 'pass: latencyMs 300, status "ok"'],
    ['{"latencyMs":301,"status":"ok"}', 'fail: latencyMs 301, status "ok"'],
    ['{"latencyMs":12,"status":"down"}', 'fail: latencyMs 12, status "down"'],
    ['{"latencyMs":12}', 'inconclusive: latencyMs 12, status missing'],
    ['{"latencyMs":400}', 'fail: latencyMs 400, status missing'],
    ['{"latencyMs":"12","status":"ok"}', 'inconclusive: latencyMs "12", status "ok"'],
    ['{"latencyMs":null,"status":true}', 'inconclusive: latencyMs null, status of type boolean'],
    ['{"latencyMs":1e999,"status":"ok"}', 'inconclusive: latencyMs Infinity, status "ok"'],
    ['{"latencyMs":"NaN","status":"ok"}', 'inconclusive: latencyMs "NaN", status "ok"'],
    ['true', 'inconclusive: latencyMs missing, status missing'],
    ['"ok"', 'inconclusive: latencyMs missing, status missing'],
    ['[{"latencyMs":1,"status":"ok"}]', 'inconclusive: latencyMs missing, status missing'],
    ['NaN', 'inconclusive: an answer that is not JSON'],
    ['', 'inconclusive: an answer that is not JSON'],
    [`{"a":"${'x'.repeat(40_000)}"}`, 'inconclusive: an answer of 40008 bytes, over the limit of 32768'],
    ['['.repeat(9000), 'inconclusive: an answer nested deeper than 20 levels'],
  ])('of %.60s is judged', (text, expected) => {
    expect(verdictOn(text)).toBe(expected);
  });

  it('is read inside objects, and only where it has the field itself', () => {
    const criteria = { 'checkout.share': { min: 0.5, max: 1 }, 'constructor.name': { equals: 'Object' } };
    expect(verdictOn('{"checkout":{"share":0.7}}', criteria)).toBe(
      'inconclusive: checkout.share 0.7, constructor.name missing',
    );
  });

  it('passes only with a finite number inside its bounds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { verdict } = judgeAnswer(
          { criteria: { value: { min: 0, max: 10 } } },
          answerIn({ value } as never),
        );
        expect(verdict === 'pass').toBe(typeof value === 'number' && value >= 0 && value <= 10);
      }),
    );
  });

  it('that says it will be reported says exactly that', () => {
    expect(isPendingAnswer(answerInText('{"pending":true}'))).toBe(true);
    for (const text of ['{"pending":"true"}', '{"pending":true,"status":"ok"}', 'true', '{"pending":1}'])
      expect(isPendingAnswer(answerInText(text))).toBe(false);
  });
});
