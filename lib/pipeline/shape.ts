import { z } from 'zod';
import type { Apis } from './apis.ts';
import type { Code } from './code.ts';
import type { Parsed } from './document.ts';
import type { EnvironmentDefinition } from './environment.ts';
import type { WrittenStep } from './expand.ts';
import { CHECK_KINDS, FILE_KINDS, type FileCheck, type FileStage, fileGroup, pipelineFile } from './file.ts';
import { issueProblems } from './issue-problems.ts';
import type { Path, Problem } from './problem.ts';
import { quoted } from './quoted.ts';
import { part } from './schema-walk.ts';
import type { Schemas } from './schemas.ts';
import { didYouMean, suggest } from './suggest.ts';
import type { Triggers } from './triggers.ts';

/** What is known of a file after every part of it was held against its schema. */
export type Shape = {
  readonly pipeline: string;
  readonly apis: Apis | undefined;
  readonly schemas: Schemas | undefined;
  readonly triggers: Triggers | undefined;
  readonly environments: Readonly<Record<string, EnvironmentDefinition>>;
  /** Names under `environments`, also of those whose definition is wrong. */
  readonly environmentNames: readonly string[];
  /** The steps that are right. */
  readonly steps: readonly WrittenStep[];
  readonly problems: readonly Problem[];
};

/** The file without what is in its stages: each of them is checked by the schema of its own kind. */
const outline = pipelineFile.extend({ stages: z.array(z.unknown()).min(1).max(100) });
const groupOutline = fileGroup.extend({ stages: z.array(z.unknown()).min(2).max(20) });

/** Holds a parsed file against the schema, each stage by itself, so that one wrong stage hides no other. */
export function checkShape(parsed: Parsed): Shape {
  const { value } = parsed;
  const checked = outline.safeParse(value);
  const stages = part(value, 'stages');
  const steps = (Array.isArray(stages) ? stages.slice(0, 100) : []).map((step: unknown, index) =>
    checkStep(step, ['stages', index], parsed),
  );
  const environments = part(value, 'environments');
  return {
    pipeline: checked.data?.pipeline ?? '',
    apis: checked.data?.apis,
    schemas: checked.data?.schemas,
    triggers: checked.data?.triggers,
    environments: checked.data?.environments ?? {},
    environmentNames: isFields(environments) ? Object.keys(environments) : [],
    steps: steps.flatMap(({ step }) => (step === undefined ? [] : [step])),
    problems: [
      ...issueProblems(checked.error?.issues ?? [], {
        schema: pipelineFile,
        value,
        path: [],
        called: 'the pipeline file',
        parsed,
      }),
      ...steps.flatMap(({ problems }) => problems),
    ],
  };
}

type CheckedStep = { readonly step: WrittenStep | undefined; readonly problems: readonly Problem[] };

function checkStep(value: unknown, path: Path, parsed: Parsed): CheckedStep {
  if (isFields(value) && Object.hasOwn(value, 'parallel')) return checkGroup(value, path, parsed);
  const { stage, problems } = checkStage(value, path, parsed);
  return { step: stage === undefined ? undefined : { path, step: stage }, problems };
}

function checkGroup(value: unknown, path: Path, parsed: Parsed): CheckedStep {
  const group = groupOutline.safeParse(value);
  const called = 'a parallel group';
  const problems = issueProblems(group.error?.issues ?? [], {
    schema: fileGroup,
    value,
    path,
    called,
    parsed,
  });
  const written = part(value, 'stages');
  const stages = (Array.isArray(written) ? written.slice(0, 20) : []).map((stage: unknown, index) =>
    checkStage(stage, [...path, 'stages', index], parsed),
  );
  const checks = stages.flatMap(({ stage }) => (stage === undefined || !isCheck(stage) ? [] : [stage]));
  const changes = stages.flatMap(({ stage }, index) =>
    stage === undefined || isCheck(stage) ? [] : [changeInGroup(stage, [...path, 'stages', index], parsed)],
  );
  const complete = group.success && checks.length === stages.length;
  return {
    step: complete ? { path, step: { parallel: group.data.parallel, stages: checks } } : undefined,
    problems: [...problems, ...stages.flatMap((stage) => stage.problems), ...changes],
  };
}

function isCheck(stage: FileStage): stage is FileCheck {
  return CHECK_KINDS.some((kind) => kind === stage.kind);
}

function changeInGroup({ kind }: FileStage, path: Path, parsed: Parsed): Problem {
  const message = `a ${kind} stage in a parallel group: only checks run side by side, changes run one after the other`;
  const hint = `checks are: ${CHECK_KINDS.join(', ')}`;
  return { ...kindProblem('NE214', path, parsed, message), hint };
}

type CheckedStage = { readonly stage?: FileStage; readonly problems: readonly Problem[] };

function checkStage(value: unknown, path: Path, parsed: Parsed): CheckedStage {
  if (!isFields(value)) {
    const message = `a stage is ${value === null ? 'empty' : quoted(value)}: expected fields such as name and kind`;
    return { problems: [{ code: 'NE204', severity: 'error', range: parsed.locateValue(path), message }] };
  }
  const kind = part(value, 'kind');
  const known = Object.keys(FILE_KINDS);
  if (kind === undefined) {
    const message = 'missing field "kind" in a stage';
    const hint = `one of: ${known.join(', ')}`;
    return { problems: [{ code: 'NE202', severity: 'error', range: parsed.locateKey(path), message, hint }] };
  }
  if (typeof kind !== 'string' || !Object.hasOwn(FILE_KINDS, kind)) {
    return { problems: [unknownKind(kind, known, path, parsed)] };
  }
  const schema = FILE_KINDS[kind as FileStage['kind']];
  const checked = schema.safeParse(value);
  if (checked.success) return { stage: checked.data as FileStage, problems: [] };
  const called = `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} stage`;
  return { problems: issueProblems(checked.error.issues, { schema, value, path, called, parsed }) };
}

const WAITING_KINDS: readonly string[] = ['approval', 'approve', 'manual', 'gate', 'pause', 'wait', 'sleep'];

function unknownKind(kind: unknown, known: readonly string[], path: Path, parsed: Parsed): Problem {
  if (kind === 'acquire') {
    const message =
      'an acquire stage cannot be written: it is put before the first change of each environment';
    return { ...kindProblem('NE210', path, parsed, message), hint: 'leave the stage out' };
  }
  const problem = kindProblem('NE203', path, parsed, `unknown stage kind ${quoted(kind)}`);
  const isWait = typeof kind === 'string' && WAITING_KINDS.includes(kind.toLowerCase());
  if (isWait && suggest(kind, known) === undefined) {
    return { ...problem, hint: 'no stage waits for a person or a clock: ask the question with a check' };
  }
  return { ...problem, hint: didYouMean(String(kind), known) };
}

function kindProblem(code: Code, path: Path, parsed: Parsed, message: string): Problem {
  return { code, severity: 'error', range: parsed.locateValue([...path, 'kind']), message };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
