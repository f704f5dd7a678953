import { CST, Lexer } from 'yaml';
import type { Code } from './code.ts';
import { LONGEST_EXCERPT, type Problem } from './problem.ts';
import type { Range } from './source.ts';

/**
 * Bounds of a pipeline file. Within them the YAML library needs milliseconds for any text; beyond them there are texts
 * that keep it busy for seconds (`? ` four hundred times) or end the process (`[` some ten thousand times).
 */
export const LIMITS = {
  characters: 65_536,
  lines: 1000,
  lineLength: LONGEST_EXCERPT,
  tokens: 10_000,
  lineTokens: 1000,
  depth: 16,
} as const;

/** What is refused before a text is parsed: too much of anything, and the parts of YAML that a pipeline has no use for. */
export function guard(text: string): readonly Problem[] {
  const tooBig = sizeProblem(text);
  if (tooBig !== undefined) return [tooBig];
  const invisible = /(?!\t|\n|\r\n)[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.exec(text);
  if (invisible !== null) {
    const code = (invisible[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return [
      problem(
        'NE104',
        [invisible.index, invisible.index + 1],
        `the file holds the invisible character U+${code}`,
        {
          hint: 'write it as an escape in double quotes, such as "\\u0007", or leave it out',
        },
      ),
    ];
  }
  return tokenProblems(text);
}

function sizeProblem(text: string): Problem | undefined {
  if (text.length > LIMITS.characters) {
    const message = `the file has ${text.length} characters: expected at most ${LIMITS.characters}`;
    return problem('NE101', [LIMITS.characters, LIMITS.characters], message);
  }
  let start = 0;
  for (let line = 1; start <= text.length; line += 1) {
    const end = text.indexOf('\n', start) === -1 ? text.length : text.indexOf('\n', start);
    if (line > LIMITS.lines) {
      return problem('NE101', [start, start], `the file has more than ${LIMITS.lines} lines`);
    }
    if (end - start > LIMITS.lineLength) {
      const at = start + LIMITS.lineLength;
      const message = `a line has ${end - start} characters: expected at most ${LIMITS.lineLength}`;
      return problem('NE101', [at, at], message, { hint: 'write long commands as a block: `run: |`' });
    }
    start = end + 1;
  }
  return undefined;
}

const REFUSED_TOKENS: Readonly<Partial<Record<CST.TokenType, readonly [Code, string, string]>>> = {
  anchor: ['NE105', 'an anchor is not accepted', 'write the value where it is needed'],
  alias: [
    'NE105',
    'an alias is not accepted',
    'write the value where it is needed; quote text that begins with *',
  ],
  tag: ['NE106', 'a tag is not accepted', 'leave it out; quote text that begins with !'],
  'explicit-key-ind': ['NE107', 'a key written with `? ` is not accepted', 'write `key: value`'],
  'directive-line': ['NE108', 'a directive is not accepted', 'leave it out'],
};

/** Walks the tokens of the text, which is linear in its length, without building anything. */
function tokenProblems(text: string): readonly Problem[] {
  const problems: Problem[] = [];
  const depth = depthMeter();
  let tokens = 0;
  let inLine = 0;
  for (const { type, source, offset } of tokensOf(text)) {
    const range: Range = [offset, offset + source.length];
    tokens += 1;
    inLine = type === 'newline' ? 0 : inLine + 1;
    const excess = excessOf(tokens, inLine, depth.after(type, source, offset));
    if (excess !== undefined) return [...problems, problem(excess[0], range, excess[1])];
    if (isOpenQuote(type, source)) {
      return [...problems, problem('NE103', [offset, offset + 1], 'the quote is not closed')];
    }
    const refused = type === null ? undefined : REFUSED_TOKENS[type];
    if (refused !== undefined) problems.push(problem(refused[0], range, refused[1], { hint: refused[2] }));
  }
  return problems;
}

function excessOf(tokens: number, inLine: number, depth: number): readonly [Code, string] | undefined {
  if (tokens > LIMITS.tokens)
    return ['NE101', `the file has more than ${LIMITS.tokens} keys, values and marks`];
  if (inLine > LIMITS.lineTokens) {
    return ['NE101', `a line has more than ${LIMITS.lineTokens} keys, values and marks`];
  }
  return depth > LIMITS.depth ? ['NE102', `values are nested more than ${LIMITS.depth} deep`] : undefined;
}

type Token = { readonly type: CST.TokenType | null; readonly source: string; readonly offset: number };

/** The lexer marks what follows as content with a token of its own that is not part of the text. */
function* tokensOf(text: string): Generator<Token> {
  let offset = 0;
  let isContent = false;
  for (const source of new Lexer().lex(text)) {
    if (source === CST.SCALAR) isContent = true;
    if (source === CST.SCALAR || source === CST.DOCUMENT || source === CST.FLOW_END) continue;
    yield { type: isContent ? 'scalar' : CST.tokenType(source), source, offset };
    offset += source.length;
    isContent = false;
  }
}

/** Left to the parser, an open quote would be reported at the end of the file. */
function isOpenQuote(type: CST.TokenType | null, token: string): boolean {
  if (type === 'single-quoted-scalar') return token.split("'").length % 2 === 0;
  const unescaped = type === 'double-quoted-scalar' ? token.replaceAll(/\\./gs, '') : '""';
  return unescaped.length < 2 || !unescaped.endsWith('"');
}

/** Measures how deep a token is nested: open brackets, and columns at which blocks that are still open began. */
function depthMeter() {
  const columns: number[] = [];
  let brackets = 0;
  let lineStart = 0;
  let beginsItem = true;

  return {
    after(type: CST.TokenType | null, token: string, offset: number): number {
      if (type === 'flow-map-start' || type === 'flow-seq-start') brackets += 1;
      if (type === 'flow-map-end' || type === 'flow-seq-end') brackets = Math.max(0, brackets - 1);
      if (type !== 'space' && type !== 'newline' && type !== 'comment') {
        if (beginsItem && brackets === 0) openBlock(columns, offset - lineStart);
        beginsItem = type === 'seq-item-ind' || type === 'explicit-key-ind';
      }
      const lastBreak = token.lastIndexOf('\n');
      if (lastBreak !== -1) {
        lineStart = offset + lastBreak + 1;
        beginsItem = true;
      }
      return columns.length + brackets;
    },
  };
}

function openBlock(columns: number[], column: number): void {
  while ((columns.at(-1) ?? -1) > column) columns.pop();
  if ((columns.at(-1) ?? -1) < column) columns.push(column);
}

function problem(code: Code, range: Range, message: string, more: { hint?: string } = {}): Problem {
  return { code, severity: 'error', range, message, ...more };
}
