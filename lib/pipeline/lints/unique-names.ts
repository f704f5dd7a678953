import { CHECKS_ONLY, type CodePage } from '../codes/page.ts';
import type { Expanded } from '../expand.ts';
import type { Path } from '../problem.ts';
import { quoted } from '../quoted.ts';
import type { Lint, LintFinding } from './lint.ts';

const page: CodePage = {
  title: 'two stages have the same name',
  explanation:
    'Names are how a stage is spoken of in the history, on the page and in commands, so each is given once: to a stage, to a parallel group, to a stage that canary or blueGreen expands to, or to `acquire-<environment>`, which is put before the first change of each environment.',
  wrong: `${CHECKS_ONLY}  - { name: tests, kind: command, question: Do the unit tests pass?, run: npm test }
  - { name: tests, kind: command, question: Do the parts work together?, run: npm run it }
`,
  right: `${CHECKS_ONLY}  - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test }
  - { name: integration, kind: command, question: Do the parts work together?, run: npm run it }
`,
};

/** Every name is given once. */
export const uniqueNames: Lint = {
  code: 'NE305',
  severity: 'error',
  page,
  find(expanded) {
    const taken = new Map<string, Named>();
    const found: LintFinding[] = [];
    for (const named of namesOf(expanded)) {
      const other = taken.get(named.name);
      taken.set(named.name, other ?? named);
      if (other !== undefined) found.push(duplicate(other, named));
    }
    return found;
  },
};

type Named = {
  readonly name: string;
  readonly path: Path;
  readonly field: 'name' | 'parallel';
  readonly implied: boolean;
};

function namesOf({ placed }: Expanded): readonly Named[] {
  return placed.flatMap(({ stage, path, group, sugar }, index) => {
    const implied = sugar || stage.kind === 'acquire';
    const own: Named = { name: stage.name, path, field: 'name', implied };
    if (group === undefined || placed[index - 1]?.path[1] === path[1]) return [own];
    return [{ name: group, path: path.slice(0, 2), field: 'parallel', implied: false }, own];
  });
}

/** Speaks at the name that was written rather than at one that was made. */
function duplicate(first: Named, second: Named): LintFinding {
  const { path, field } = second.implied && !first.implied ? first : second;
  const made = first.implied || second.implied ? ', one of them made by the pipeline itself' : '';
  return {
    path,
    field,
    message: `the name ${quoted(second.name)} is given twice${made}`,
    hint: 'choose another name',
  };
}
