import { isNestedDeeper } from '../../pipeline/json-depth.ts';
import type { Json } from '../kind.ts';

/** What is recorded of an answer: the answer itself, or why it cannot be one. */
export type AnswerEvidence = { readonly answer: Json } | { readonly problem: string };

const BYTES_AT_MOST = 32 * 1024;
const LEVELS_AT_MOST = 20;

/** Reads what a function answered. Bounded in size and depth, for it is kept in the history for good. */
export function answerInText(text: string): AnswerEvidence {
  const bytes = Buffer.byteLength(text);
  if (bytes > BYTES_AT_MOST)
    return { problem: `an answer of ${bytes} bytes, over the limit of ${BYTES_AT_MOST}` };
  if (isNestedDeeper(text, LEVELS_AT_MOST))
    return { problem: `an answer nested deeper than ${LEVELS_AT_MOST} levels` };
  try {
    return { answer: JSON.parse(text) };
  } catch {
    return { problem: 'an answer that is not JSON' };
  }
}

/** As `answerInText`, of an answer that came as a value. */
export function answerIn(value: Json): AnswerEvidence {
  return answerInText(JSON.stringify(value));
}

/** Whether a function says that its answer will be reported later: exactly `{"pending": true}`. */
export function isPendingAnswer(evidence: AnswerEvidence): boolean {
  if (!('answer' in evidence)) return false;
  return JSON.stringify(evidence.answer) === '{"pending":true}';
}
