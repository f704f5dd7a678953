import { z } from 'zod';
import type { Judgement } from '../../history/deployment-events.ts';
import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import type { Criterion, FunctionStage } from '../../pipeline/kinds/function.ts';
import type { Json } from '../kind.ts';

const evidence = z.union([z.object({ answer: z.unknown() }), z.object({ problem: z.string() })]);

const TEXT_AT_MOST = 1500;

/**
 * Holds an answer against criteria. A value that is missing, or is no number where bounds were set, leaves the question open; one
 * that is outside its bounds answers it with no. Nothing else than values inside all bounds passes.
 */
export function judgeAnswer({ criteria }: Pick<FunctionStage, 'criteria'>, recorded: Json): Judgement {
  const expected = plainLine(Object.entries(criteria).map(criterionInWords).join(', '), TEXT_AT_MOST);
  const seen = evidence.safeParse(recorded);
  if (!seen.success) return { verdict: 'inconclusive', expected, observed: 'no readable answer' };
  if ('problem' in seen.data) return { verdict: 'inconclusive', expected, observed: seen.data.problem };
  const { answer } = seen.data;
  const found = Object.entries(criteria).map(([path, criterion]) => {
    const value = valueAt(answer, path.split('.'));
    return { says: `${path} ${valueInWords(value)}`, holds: holds(criterion, value) };
  });
  const observed = plainLine(found.map(({ says }) => says).join(', '), TEXT_AT_MOST);
  if (found.some(({ holds }) => holds === false)) return { verdict: 'fail', expected, observed };
  const isComplete = found.length > 0 && found.every(({ holds }) => holds === true);
  return { verdict: isComplete ? 'pass' : 'inconclusive', expected, observed };
}

/** Only an object's own fields count: every object has a `constructor`. */
function valueAt(answer: unknown, [field, ...deeper]: readonly string[]): unknown {
  if (field === undefined) return answer;
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  if (!Object.hasOwn(answer, field)) return undefined;
  return valueAt((answer as Readonly<Record<string, unknown>>)[field], deeper);
}

/** `undefined` where the value does not allow an answer. */
function holds({ max, min, equals }: Criterion, value: unknown): boolean | undefined {
  const hasBounds = max !== undefined || min !== undefined;
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  if (hasBounds && !isNumber) return undefined;
  if (equals !== undefined && typeof value !== typeof equals) return undefined;
  if (typeof value === 'number' && !isNumber) return undefined;
  if (equals !== undefined && value !== equals) return false;
  if (max !== undefined && Number(value) > max) return false;
  return !(min !== undefined && Number(value) < min);
}

function criterionInWords([path, { max, min, equals }]: readonly [string, Criterion]): string {
  const bounds = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
    ...(equals === undefined ? [] : [`exactly ${JSON.stringify(equals)}`]),
  ];
  return `${path} ${bounds.join(' and ')}`;
}

function valueInWords(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return plainLine(JSON.stringify(value), 100);
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `of type ${typeof value}`;
}
