import { CODES, type Code, type CodePage } from '../codes.ts';
import { formatFinding } from '../finding.ts';
import { readPipeline } from '../read-pipeline.ts';
import { visible } from '../visible.ts';

/** docs/error-codes.md: a page for every code, with what its wrong example really gives. */
export function errorCodesReference(): string {
  const pages = Object.entries(CODES) as [Code, CodePage][];
  return `# Codes of findings in pipeline files

<!-- Written by docs/generate.ts from lib/pipeline. -->

\`nonevent explain CODE\` says the same on the command line. NE1xx is about the text, NE2xx about fields and values, NE3xx about
what the pipeline would do. An error stops the file from being used; a warning does not.

| code | |
|---|---|
${pages.map(([code, { title }]) => `| [${code}](#${code.toLowerCase()}) | ${title} |`).join('\n')}

${pages.map(([code, page]) => section(code, page)).join('\n\n')}
`;
}

function section(code: Code, { title, explanation, wrong, right }: CodePage): string {
  return `## ${code}

**${capital(title)}.** ${explanation}

Wrong:

${fenced('yaml', clipped(wrong))}

${fenced('text', outputOf(code, wrong))}

Right:

${fenced('yaml', right)}`;
}

function outputOf(code: Code, wrong: string): string {
  const finding = readPipeline(wrong, 'nonevent.yaml').findings.find((candidate) => candidate.code === code);
  return finding === undefined ? '' : formatFinding(finding);
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** An example for reading: long lines cut, invisible characters replaced. */
function clipped(text: string): string {
  return text
    .split('\n')
    .map((line) => visible(line.length > 110 ? `${line.slice(0, 100)}… (${line.length} characters)` : line))
    .join('\n');
}

function capital(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
