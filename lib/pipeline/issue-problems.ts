import { z } from 'zod';
import type { Code } from './code.ts';
import type { Parsed } from './document.ts';
import type { Path, Problem } from './problem.ts';
import { either, quoted } from './quoted.ts';
import { descriptionOf, fieldsOf, kindOf, schemaAt, valueAt } from './schema-walk.ts';
import { didYouMean, suggest } from './suggest.ts';

/** What was checked: a value, the schema it was held against, where it stands in the file, and what it is called. */
export type Checked = {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly path: Path;
  readonly called: string;
  readonly parsed: Parsed;
};

/** What a schema found, in our words and with its place in the file. */
export function issueProblems(issues: readonly z.core.$ZodIssue[], checked: Checked): readonly Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, issue.path.map(plainStep), checked));
}

function problemsOf(issue: z.core.$ZodIssue, path: Path, checked: Checked): readonly Problem[] {
  const value = valueAt(checked.value, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(key, path, checked));
  if (issue.code === 'custom') return [customProblem(issue, path, checked)];
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? 'expected another name';
    return [
      at('key', path, checked, 'NE205', `the name ${quoted(path.at(-1))} is not possible: ${expected}`),
    ];
  }
  if (value === undefined) return [missingField(path, checked)];
  if (issue.code === 'invalid_union') return unionProblems(issue, path, checked);
  if (issue.code === 'invalid_type') return [wrongType(value, [issue.expected], path, checked)];
  if (issue.code === 'invalid_value') return [notAChoice(value, issue.values.map(String), path, checked)];
  return [
    at('value', path, checked, 'NE205', `${label(path, checked)} is ${quoted(value)}: ${expectation(issue)}`),
  ];
}

function unknownField(key: string, path: Path, checked: Checked): Problem {
  const fields = fieldsOf(schemaAt(checked.schema, path, checked.value));
  const where = path.length === 0 ? checked.called : label(path, checked);
  const problem = at('key', [...path, key], checked, 'NE201', `unknown field ${quoted(key)} in ${where}`);
  return { ...problem, hint: didYouMean(key, fields) };
}

function missingField(path: Path, checked: Checked): Problem {
  const field = String(path.at(-1));
  const parent = path.slice(0, -1);
  const where = parent.length === 0 ? checked.called : label(parent, checked);
  const owner = schemaAt(checked.schema, parent, checked.value);
  const description = owner instanceof z.ZodObject ? descriptionOf(owner.shape[field]) : undefined;
  const isUndo = field === 'undo' && owner instanceof z.ZodObject && kindOf(owner) === 'custom';
  const message = isUndo
    ? 'a change without undo: expected the command that takes it back'
    : `missing field ${quoted(field)} in ${where}`;
  const hint = description === undefined ? `add ${field}` : `${field}: ${description}`;
  return { ...at('key', parent, checked, isUndo ? 'NE211' : 'NE202', message), hint };
}

/** Where a value could be one of several types, only what concerns the type that was written is said. */
function unionProblems(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  checked: Checked,
): readonly Problem[] {
  if (issue.errors.length === 0) {
    const value = valueAt(checked.value, path);
    const kinds = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
    const message = `unknown ${path.at(-2) ?? 'stage'} kind ${quoted(value)}`;
    return [{ ...at('value', path, checked, 'NE207', message), hint: didYouMean(String(value), kinds) }];
  }
  const ofType = nearest(
    issue.errors.filter(
      (branch) => !branch.some(({ code, path: below }) => code === 'invalid_type' && below.length === 0),
    ),
  );
  if (ofType !== undefined) {
    return ofType.flatMap((inner) => problemsOf(inner, [...path, ...inner.path.map(plainStep)], checked));
  }
  const types = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : [])),
  );
  return [wrongType(valueAt(checked.value, path), types, path, checked)];
}

type Branch = readonly z.core.$ZodIssue[];

/** Of several kinds of fields that of which the fewest are foreign; the first where that says nothing. */
function nearest(branches: readonly Branch[]): Branch | undefined {
  if (branches.some((branch) => branch.some(({ code }) => code === 'invalid_union'))) return branches[0];
  const foreign = (branch: Branch) =>
    branch.reduce(
      (sum, one) => (one.code === 'unrecognized_keys' && one.path.length === 0 ? sum + one.keys.length : sum),
      0,
    );
  return branches.toSorted((one, other) => foreign(one) - foreign(other))[0];
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'fields',
  record: 'fields',
  array: 'a list',
};

function wrongType(value: unknown, types: readonly string[], path: Path, checked: Checked): Problem {
  const expected = either(types.map((type) => TYPE_WORDS[type] ?? type));
  const seen = value === null ? 'empty' : quoted(value);
  const problem = at(
    'value',
    path,
    checked,
    'NE204',
    `${label(path, checked)} is ${seen}: expected ${expected}`,
  );
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  return isPlain && types.includes('string')
    ? { ...problem, hint: `write it in quotes: "${value}"` }
    : problem;
}

function notAChoice(value: unknown, choices: readonly string[], path: Path, checked: Checked): Problem {
  const expected = `expected ${either(choices)}`;
  const problem = at(
    'value',
    path,
    checked,
    'NE206',
    `${label(path, checked)} is ${quoted(value)}: ${expected}`,
  );
  const near = suggest(String(value), choices);
  return near === undefined ? problem : { ...problem, hint: `did you mean ${near}?` };
}

function customProblem(issue: z.core.$ZodIssueCustom, path: Path, checked: Checked): Problem {
  const value = valueAt(checked.value, path);
  const code = typeof issue.params?.code === 'string' ? (issue.params.code as Code) : 'NE205';
  const seen = `${label(path, checked)} is ${quoted(value)}: `;
  const message = issue.message.startsWith('expected ') ? `${seen}${issue.message}` : issue.message;
  return at(typeof value === 'object' ? 'key' : 'value', path, checked, code, message);
}

/** What a bound expects, in words. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.origin === 'array')
    return `expected at least ${issue.minimum} items`;
  if (issue.code === 'too_big' && issue.origin === 'array') return `expected at most ${issue.maximum} items`;
  if (issue.code === 'too_small' && issue.origin === 'string') return 'expected some text';
  if (issue.code === 'too_big' && issue.origin === 'string') {
    return `expected at most ${issue.maximum} characters`;
  }
  if (issue.code === 'too_small')
    return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
  if (issue.code === 'too_big')
    return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
  return issue.message;
}

function at(part: 'key' | 'value', path: Path, checked: Checked, code: Code, message: string): Problem {
  const whole = [...checked.path, ...path];
  const range = part === 'key' ? checked.parsed.locateKey(whole) : checked.parsed.locateValue(whole);
  return { code, severity: 'error', range, message };
}

/** How a message calls the value at a path: `errorRate.max`, or what the whole is called. */
function label(path: Path, checked: Checked): string {
  return path.length === 0 ? checked.called : path.join('.').replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '');
}

function plainStep(step: PropertyKey): string | number {
  return typeof step === 'symbol' ? String(step) : step;
}
