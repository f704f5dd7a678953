import { parse } from './document.ts';
import { expand } from './expand.ts';
import type { Finding } from './finding.ts';
import { guard } from './guards.ts';
import { lint } from './lints.ts';
import { type Pipeline, pipelineSchema } from './pipeline.ts';
import { findingOf, type Problem } from './problem.ts';
import { referenceProblems } from './references.ts';
import { checkShape } from './shape.ts';
import { type Source, sourceOf } from './source.ts';

export type { Finding } from './finding.ts';

/** What a text turned out to be. `more` is how many findings there are beyond those given. */
export type Reading =
  | {
      readonly ok: true;
      readonly pipeline: Pipeline;
      readonly findings: readonly Finding[];
      readonly more: number;
    }
  | { readonly ok: false; readonly findings: readonly Finding[]; readonly more: number };

/** More than these are not read by anybody; the first ones cause many of the others. */
const MOST_FINDINGS = 20;

/**
 * Reads the text of a pipeline file: guards, syntax, shape, references, lints. Pure and total: any text gives a reading.
 *
 * Guarantees: `pipeline` satisfies `pipelineSchema` and has no finding of severity `error`; at most 20 findings, errors
 * before warnings where there are more, in the order of the file; every one lies inside the text.
 */
export function readPipeline(text: string, file: string): Reading {
  const source = sourceOf(text, file);
  const refused = guard(source.text);
  if (refused.length > 0) return refusal(refused, source);
  if (isBlank(source.text)) return refusal([EMPTY], source);

  const parsing = parse(source.text);
  if (!parsing.ok) return refusal(parsing.problems, source);

  const { parsed } = parsing;
  const shape = checkShape(parsed);
  const problems = [...shape.problems, ...referenceProblems(shape, parsed)];
  if (problems.length > 0) return refusal(problems, source);

  const expanded = expand(shape, shape.steps);
  const found = lint(expanded, parsed);
  if (found.some(({ severity }) => severity === 'error')) return refusal(found, source);
  return { ok: true, pipeline: pipelineSchema.parse(expanded.pipeline), ...listed(found, source) };
}

const EMPTY: Problem = {
  code: 'NE111',
  severity: 'error',
  range: [0, 0],
  message: 'the file is empty: expected a pipeline',
  hint: '`nonevent init` writes one to begin with',
};

function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(#.*)?$/.test(line));
}

function refusal(problems: readonly Problem[], source: Source): Reading {
  return { ok: false, ...listed(problems, source) };
}

function listed(problems: readonly Problem[], source: Source) {
  const bySeverity = [...problems].sort(
    (one, other) => rank(one) - rank(other) || one.range[0] - other.range[0],
  );
  const kept = bySeverity.slice(0, MOST_FINDINGS).sort((one, other) => one.range[0] - other.range[0]);
  const findings = kept.map((problem) => findingOf(problem, source));
  const secret = new Set(findings.flatMap(({ code, line }) => (code === 'NE320' ? [line] : [])));
  return {
    // A line with a secret is not repeated, whatever else is wrong with it.
    findings: findings.map((finding) => (secret.has(finding.line) ? { ...finding, excerpt: '' } : finding)),
    more: Math.max(0, problems.length - MOST_FINDINGS),
  };
}

function rank({ severity }: Problem): number {
  return severity === 'error' ? 0 : 1;
}
