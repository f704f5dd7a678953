import type { Parsed } from './document.ts';
import type { FileStage } from './file.ts';
import type { Path, Problem } from './problem.ts';
import { quoted } from './quoted.ts';
import type { Shape } from './shape.ts';
import { didYouMean } from './suggest.ts';

/** Environments that are named but not defined, or that have to be named and are not. */
export function referenceProblems(shape: Shape, parsed: Parsed): readonly Problem[] {
  const stages = shape.steps.flatMap(({ step, path }) =>
    'parallel' in step
      ? step.stages.map((stage, index) => ({ stage, path: [...path, 'stages', index] }))
      : [{ stage: step, path }],
  );
  return stages.flatMap(
    ({ stage, path }) =>
      environmentProblem(stage, path, shape.environmentNames, parsed) ??
      againstProblem(stage, path, shape.environmentNames, parsed) ??
      [],
  );
}

function againstProblem(
  stage: FileStage,
  path: Path,
  known: readonly string[],
  parsed: Parsed,
): Problem | undefined {
  if (stage.kind !== 'parity' || known.includes(stage.against)) return undefined;
  return unknownEnvironment(stage.against, [...path, 'against'], known, parsed);
}

function environmentProblem(
  stage: FileStage,
  path: Path,
  known: readonly string[],
  parsed: Parsed,
): Problem | undefined {
  if (stage.kind === 'command') return undefined;
  const { environment } = stage;
  if (environment !== undefined) {
    if (known.includes(environment)) return undefined;
    return unknownEnvironment(environment, [...path, 'environment'], known, parsed);
  }
  if (known.length === 1 || !needsEnvironment(stage)) return undefined;
  const range = parsed.locateValue([...path, 'kind']);
  const message =
    known.length === 0
      ? `a ${stage.kind} stage needs an environment, and the file defines none`
      : `missing field "environment": the file has ${known.length}`;
  const hint =
    known.length === 0 ? 'define one under environments, with its target' : `one of: ${known.join(', ')}`;
  return { code: 'NE209', severity: 'error', range, message, hint };
}

function unknownEnvironment(written: string, path: Path, known: readonly string[], parsed: Parsed): Problem {
  const range = parsed.locateValue(path);
  const message = `unknown environment ${quoted(written)}`;
  const hint = known.length === 0 ? 'define it under environments' : didYouMean(written, known);
  return { code: 'NE208', severity: 'error', range, message, hint };
}

function needsEnvironment(stage: FileStage): boolean {
  if (stage.kind === 'http') return stage.url.startsWith('/');
  return !['command', 'custom', 'function'].includes(stage.kind);
}
