import { type ErrorCode, NoneventError } from '../../nonevent-error.ts';
import { CODES, type Code, isCode } from '../../pipeline/codes.ts';
import { ERROR_PAGES } from '../error-pages.ts';
import { EXIT_CODE_PAGES } from '../exit-codes.ts';

/** What is known of a code, for people. */
export type Page = { readonly code: string; readonly lines: readonly string[] };

/** The page of an exit code, a finding's code or an error code; `undefined` where what was written is none of them. */
export function pageOf(written: string): Page | undefined {
  const exit = EXIT_CODE_PAGES.find(({ code }) => String(code) === written);
  if (exit !== undefined) return shortPage(`exit code ${exit.code}`, exit);
  const finding = written.toUpperCase();
  if (isCode(finding)) return findingPage(finding);
  const code = (Object.keys(ERROR_PAGES) as ErrorCode[]).find(
    (known) => known.toLowerCase() === written.toLowerCase(),
  );
  if (code !== undefined) return shortPage(code, ERROR_PAGES[code]);
  if (/^NE\d+$/i.test(written)) throw unknownCode(finding);
  return undefined;
}

function shortPage(code: string, page: { readonly meaning: string; readonly next: string }): Page {
  return { code, lines: [code, `  means  ${page.meaning}`, `  next   ${page.next}`] };
}

function findingPage(code: Code): Page {
  const { title, explanation, wrong, right } = CODES[code];
  return {
    code,
    lines: [
      `${code} ${title}`,
      '',
      ...wrapped(explanation),
      '',
      'Wrong:',
      '',
      ...shown(wrong),
      '',
      'Right:',
      '',
      ...shown(right),
    ],
  };
}

function shown(example: string): readonly string[] {
  return example
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`.trimEnd());
}

const COLUMNS = 78;

/** Prose in lines that a narrow terminal shows whole. */
function wrapped(prose: string): readonly string[] {
  const lines: string[] = [];
  for (const word of prose.split(/\s+/)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function unknownCode(code: string): NoneventError {
  const codes = Object.keys(CODES);
  return new NoneventError('InvalidInput', `there is no code ${code}`, {
    hint: `the codes are ${codes[0]} to ${codes.at(-1)}; docs/error-codes.md has them all`,
  });
}
