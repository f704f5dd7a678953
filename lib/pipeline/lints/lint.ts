import type { LintCode } from '../code.ts';
import type { CodePage } from '../codes/page.ts';
import type { Expanded } from '../expand.ts';
import type { Path, Severity } from '../problem.ts';

/** One requirement on what a pipeline does, its shape being right. */
export type Lint = {
  readonly code: LintCode;
  readonly severity: Severity;
  readonly page: CodePage;
  readonly find: (expanded: Expanded) => readonly LintFinding[];
};

/** Where a requirement is not met: a stage's path, and the field that is to be changed where there is one. */
export type LintFinding = {
  readonly path: Path;
  readonly field?: string;
  readonly message: string;
  readonly hint?: string;
};
