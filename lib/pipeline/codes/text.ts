import type { TextCode } from '../code.ts';
import { LIMITS } from '../guards.ts';
import { CHECKS_ONLY, type CodePage } from './page.ts';

const UNIT_TESTS = `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
`;

/** Codes about the text itself, before anything is known of a pipeline. */
export const TEXT_CODES: Readonly<Record<TextCode, CodePage>> = {
  NE101: {
    title: 'the file is too large',
    explanation: `A pipeline file has at most ${LIMITS.characters} characters, ${LIMITS.lines} lines, ${LIMITS.lineLength} characters in a line and ${LIMITS.tokens} keys, values and marks. Put long commands into a script of the repository and call the script.`,
    wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test ${'-- --verbose '.repeat(400)}
`,
    right: UNIT_TESTS,
  },
  NE102: {
    title: 'values are nested too deeply',
    explanation: `No part of a pipeline is nested more than ${LIMITS.depth} deep. Usually a bracket was not closed.`,
    wrong: 'pipeline: [[[[[[[[[[[[[[[[[[storefront]]]]]]]]]]]]]]]]]]\n',
    right: UNIT_TESTS,
  },
  NE103: {
    title: 'the file is not valid YAML',
    explanation:
      'The text cannot be read as YAML. Common causes: a tab as indentation, a colon followed by a space inside text that is not quoted, a quote that is not closed, a list item indented differently from its neighbours.',
    wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the tests pass: all of them?
    run: npm test
`,
    right: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: "Do the tests pass: all of them?"
    run: npm test
`,
  },
  NE104: {
    title: 'the file holds an invisible character',
    explanation:
      'Control characters, marks that change the direction of text and halves of characters are refused: they can make a file look different from what it says. In double quotes they can be written as escapes.',
    wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests\u202e pass?
    run: npm test
`,
    right: UNIT_TESTS,
  },
  NE105: {
    title: 'anchors, aliases and merge keys are not accepted',
    explanation:
      'A pipeline says what it means where it means it, so `&name`, `*name` and `<<:` are refused. They are also a known way to make a small file expand to gigabytes.',
    wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: &question Do the tests pass?
    run: npm test
  - name: other-tests
    kind: command
    question: *question
    run: npm run other-tests
`,
    right: UNIT_TESTS,
  },
  NE106: {
    title: 'tags are not accepted',
    explanation:
      'Types follow from the schema, so a tag such as `!!str` or `!custom` is refused. Text that begins with `!` is put in quotes.',
    wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: !!str Do the unit tests pass?
    run: npm test
`,
    right: UNIT_TESTS,
  },
  NE107: {
    title: 'complex keys are not accepted',
    explanation:
      'Keys are plain words. The notation `? key` exists in YAML for keys that are lists or maps, which no pipeline needs.',
    wrong: '? pipeline\n: storefront\n',
    right: UNIT_TESTS,
  },
  NE108: {
    title: 'the file holds several documents or a directive',
    explanation: 'One file is one pipeline. A second `---`, and lines such as `%YAML 1.1`, are refused.',
    wrong: 'pipeline: storefront\n---\npipeline: warehouse\n',
    right: UNIT_TESTS,
  },
  NE109: {
    title: 'a key is not accepted',
    explanation:
      'The keys `__proto__`, `constructor` and `prototype` mean something to JavaScript and are refused everywhere.',
    wrong: 'pipeline: storefront\n__proto__: { polluted: true }\n',
    right: UNIT_TESTS,
  },
  NE110: {
    title: 'a key is given twice',
    explanation: 'The second value would silently replace the first. Keep one of them.',
    wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
    run: npm run integration
`,
    right: UNIT_TESTS,
  },
  NE111: {
    title: 'the file is empty',
    explanation:
      'There is nothing in the file but space and comments. `nonevent init` writes a pipeline to begin with.',
    wrong: '# to be written\n',
    right: UNIT_TESTS,
  },
};
