import type { Code } from './code.ts';
import type { CodePage } from './codes/page.ts';
import { SHAPE_CODES } from './codes/shape.ts';
import { TEXT_CODES } from './codes/text.ts';
import { LINT_CODES } from './lints.ts';

export type { Code } from './code.ts';
export type { CodePage } from './codes/page.ts';

/** The page of every code, as `nonevent explain` and docs/error-codes.md show it. */
export const CODES: Readonly<Record<Code, CodePage>> = { ...TEXT_CODES, ...SHAPE_CODES, ...LINT_CODES };

/** Whether a text is the code of a finding. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}
