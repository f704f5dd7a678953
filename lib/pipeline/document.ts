import {
  type Document,
  type ErrorCode,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import type { Path, Problem } from './problem.ts';
import { quoted } from './quoted.ts';
import type { Range } from './source.ts';

/** A parsed text: plain data, and where each part of it is written. */
export type Parsed = {
  readonly value: unknown;
  /** The range of the key at a path, of the value where it has no key, or of the nearest parent that exists. */
  locateKey(path: Path): Range;
  /** The range of the value at a path; of its key where the value is empty. */
  locateValue(path: Path): Range;
};

export type Parsing =
  | { readonly ok: true; readonly parsed: Parsed }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses a text that passed the guards. Gives plain objects whose keys are unique and harmless. */
export function parse(text: string): Parsing {
  const document = parseDocument(text, {
    stringKeys: true,
    uniqueKeys: false, // compares every key with every other; `plain` below does it with a set
    prettyErrors: false,
    logLevel: 'error', // `silent` would also keep silent about a second document
  });
  if (document.errors.length > 0)
    return { ok: false, problems: onePerLine(upToFirstTab(document.errors).map(syntaxProblem), text) };
  const problems: Problem[] = [];
  const value = plain(document.contents, problems);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    parsed: {
      value,
      locateKey: (path) => locate(document, path, 'key'),
      locateValue: (path) => locate(document, path, 'value'),
    },
  };
}

function syntaxProblem(error: Document['errors'][number]): Problem {
  const several = error.code === 'MULTIPLE_DOCS';
  return {
    code: several ? 'NE108' : 'NE103',
    severity: 'error',
    range: [error.pos[0], Math.max(error.pos[1], error.pos[0])],
    message: several
      ? 'the file holds more than one document: expected one'
      : `not valid YAML: ${lowerFirst(error.message)}`,
    hint: SYNTAX_HINTS[error.code],
  };
}

const SYNTAX_HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_DQ_ESCAPE: 'in double quotes a backslash begins an escape: write \\\\ or use single quotes',
  BAD_INDENT: 'indent fields of one stage alike, and items of one list alike',
  BAD_SCALAR_START: 'put the text in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put text that holds a colon and a space in quotes',
  MISSING_CHAR: 'close the quote or the bracket, and put a colon after each key',
  MULTILINE_IMPLICIT_KEY: 'put a colon and a space after the key',
  TAB_AS_INDENT: 'indent with spaces',
};

/** Every line below is indented by tabs as well, or by what a tab was not counted for: one cause, told once. */
function upToFirstTab(errors: Document['errors']): Document['errors'] {
  const tab = errors.find(({ code }) => code === 'TAB_AS_INDENT');
  return tab === undefined ? errors : errors.filter(({ pos }) => pos[0] <= tab.pos[0]);
}

/** What follows a syntax problem on its line is mostly caused by it. */
function onePerLine(problems: readonly Problem[], text: string): readonly Problem[] {
  const ordered = [...problems].sort((one, other) => one.range[0] - other.range[0]);
  return ordered.filter((problem, index) => {
    const before = ordered[index - 1];
    return before === undefined || text.slice(before.range[0], problem.range[0]).includes('\n');
  });
}

function lowerFirst(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

/** Plain data of a node. Problems are added to `problems`, and then the data is not to be used. */
function plain(node: unknown, problems: Problem[]): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plain(item, problems));
  if (!isMap(node)) return null;
  const seen = new Set<string>();
  const entries = node.items.map((pair) => {
    const key = keyOf(pair);
    const wrong = keyProblem(pair, key, seen);
    if (wrong !== undefined) problems.push(wrong);
    seen.add(key);
    return [key, plain(pair.value, problems)] as const;
  });
  return problems.length > 0 ? null : Object.fromEntries(entries);
}

const HARMFUL_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

function keyProblem(pair: Pair, key: string, seen: ReadonlySet<string>): Problem | undefined {
  const at = { severity: 'error', range: rangeOf(pair.key) ?? [0, 0] } as const;
  if (key === '<<') {
    return {
      ...at,
      code: 'NE105',
      message: 'a merge key is not accepted',
      hint: 'write the fields where they are needed',
    };
  }
  if (HARMFUL_KEYS.includes(key)) {
    return {
      ...at,
      code: 'NE109',
      message: `the key ${quoted(key)} is not accepted`,
      hint: 'choose another name',
    };
  }
  if (seen.has(key)) {
    return {
      ...at,
      code: 'NE110',
      message: `the key ${quoted(key)} is given twice`,
      hint: 'keep one of them',
    };
  }
  return undefined;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function locate(document: Document, path: Path, part: 'key' | 'value'): Range {
  let key: Range | undefined;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
      key = undefined;
      node = node.items[step];
      continue;
    }
    const pair = isMap(node) ? node.items.find((candidate) => keyOf(candidate) === step) : undefined;
    if (pair === undefined) return key ?? firstKey(node) ?? [0, 0];
    key = rangeOf(pair.key);
    node = pair.value;
  }
  if (part === 'key') return key ?? firstKey(node) ?? [0, 0];
  const value = rangeOf(node);
  return value === undefined || value[0] === value[1] ? (key ?? value ?? [0, 0]) : value;
}

/** Where a value without a key begins: its first key, or the value itself. */
function firstKey(node: unknown): Range | undefined {
  const first = isMap(node) ? node.items[0] : undefined;
  return first === undefined ? rangeOf(node) : rangeOf(first.key);
}

function rangeOf(node: unknown): Range | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range === null || range === undefined ? undefined : [range[0], range[1]];
}
