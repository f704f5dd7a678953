import type { ShapeCode } from '../code.ts';
import { CHECKED, CHECKS_ONLY, type CodePage, ONE_ENVIRONMENT, TWO_ENVIRONMENTS } from './page.ts';

const UNIT_TESTS = `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
`;

const ROLL_OUT = `${CHECKED}  - { name: rollout, kind: blueGreen }
`;

/** Codes about fields and values. */
export const SHAPE_CODES: Readonly<Record<ShapeCode, CodePage>> = {
  NE201: {
    title: 'a field is unknown',
    explanation:
      'The field does not exist here. It may be misspelt, or it may belong to another kind of stage. Unknown fields are never ignored.',
    wrong: `${UNIT_TESTS}    retrys: 3
`,
    right: `${UNIT_TESTS}    retries: 3
`,
  },
  NE202: {
    title: 'a field is missing',
    explanation: 'The field has no default, because only the team knows its value.',
    wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    run: npm test
`,
    right: UNIT_TESTS,
  },
  NE203: {
    title: 'a stage kind is unknown',
    explanation:
      'Stages are checks (command, http, analysis) and changes (place, shift, custom), or canary and blueGreen, which stand for several of them. There is no kind that waits for a person: what a person would look at is asked by a check.',
    wrong: `${CHECKS_ONLY}  - name: status-page
    kind: htpt
    url: https://status.example.com/
`,
    right: `${CHECKS_ONLY}  - name: status-page
    kind: http
    url: https://status.example.com/
`,
  },
  NE204: {
    title: 'a value has the wrong type',
    explanation:
      'Text, a number, a list or fields were expected. YAML reads 8080 as a number and true as a truth value; in quotes both are text.',
    wrong: `${UNIT_TESTS}    env: { PORT: 8080 }
`,
    right: `${UNIT_TESTS}    env: { PORT: "8080" }
`,
  },
  NE205: {
    title: 'a value is not possible here',
    explanation:
      'The value has the right type, but not the form or the size that is expected; the message says which.',
    wrong: `${UNIT_TESTS}    expect: 90 seconds
`,
    right: `${UNIT_TESTS}    expect: 90s
`,
  },
  NE206: {
    title: 'a value is none of the choices',
    explanation: 'The field takes one of a few words.',
    wrong: `${UNIT_TESTS}    mode: blocking
`,
    right: `${UNIT_TESTS}    mode: enforcing
`,
  },
  NE207: {
    title: 'a target kind is unknown',
    explanation:
      'A target says where revisions run. Which kinds there are is listed in docs/pipeline-file.md.',
    wrong: `pipeline: storefront
environments:
  production:
    target: { kind: proces, start: npm start, port: 8080 }
stages:
  - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test }
`,
    right: ROLL_OUT,
  },
  NE208: {
    title: 'an environment is unknown',
    explanation: 'A stage names an environment that is not defined under `environments`.',
    wrong: `${CHECKED}  - { name: rollout, kind: blueGreen, environment: produciton }
`,
    right: `${CHECKED}  - { name: rollout, kind: blueGreen, environment: production }
`,
  },
  NE209: {
    title: 'it is not said which environment is meant',
    explanation:
      'Where a file defines exactly one environment, stages work in it without saying so. With several, or none, it has to be said.',
    wrong: `${TWO_ENVIRONMENTS}  - { name: rollout, kind: blueGreen }
`,
    right: `${TWO_ENVIRONMENTS}  - { name: rollout, kind: blueGreen, environment: staging }
`,
  },
  NE210: {
    title: 'acquire is not written',
    explanation:
      'The lease of an environment is taken before the first change in it and released at the end, in every pipeline and without being asked for. It shows in `nonevent graph`.',
    wrong: `${CHECKED}  - { name: lock, kind: acquire }
  - { name: rollout, kind: blueGreen }
`,
    right: ROLL_OUT,
  },
  NE211: {
    title: 'a change has no undo',
    explanation:
      'Every change can be taken back, or the deployment that makes it could not be rolled back. Where there is nothing to take back, it is a check: use kind command.',
    wrong: `${CHECKED}  - name: warm-cache
    kind: custom
    question: Is the cache filled?
    run: ./fill-cache
`,
    right: `${CHECKED}  - name: warm-cache
    kind: custom
    question: Is the cache filled?
    run: ./fill-cache
    undo: ./empty-cache
`,
  },
  NE212: {
    title: 'an analysis has no bound',
    explanation:
      'Without errorRate, p95, metrics or alarms there is nothing the new revision could fail, so the analysis would only be a wait. State at least one bound.',
    wrong: `${CHECKED}  - name: rollout
    kind: canary
    steps: [10, 100]
    analysis: { for: 1m, minRequests: 100 }
`,
    right: `${CHECKED}  - name: rollout
    kind: canary
    steps: [10, 100]
    analysis: { for: 1m, minRequests: 100, errorRate: { max: 1% } }
`,
  },
  NE213: {
    title: 'the steps of a canary do not rise to 100',
    explanation:
      'A canary gives the new revision more of the traffic at each step and ends when it has all of it.',
    wrong: `${CHECKED}  - name: rollout
    kind: canary
    steps: [10, 50]
    analysis: { for: 1m, minRequests: 100, errorRate: { max: 1% } }
`,
    right: `${CHECKED}  - name: rollout
    kind: canary
    steps: [10, 50, 100]
    analysis: { for: 1m, minRequests: 100, errorRate: { max: 1% } }
`,
  },
  NE214: {
    title: 'a change stands in a parallel group',
    explanation:
      'Changes run one after the other, so that they can be undone in reverse. Only checks run side by side.',
    wrong: `${ONE_ENVIRONMENT}  - parallel: tests
    stages:
      - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test }
      - { name: start, kind: place }
`,
    right: `${ONE_ENVIRONMENT}  - parallel: tests
    stages:
      - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test }
      - { name: types, kind: command, question: Do the types agree?, run: npx tsc }
  - { name: rollout, kind: blueGreen }
`,
  },
  NE215: {
    title: 'the way back of a migration is not said',
    explanation:
      'An expand or a data migration has the command that takes it back, `undo`, or the reason why old code is not disturbed by what stays, `harmless`. A contract has neither, since it cannot be taken back: it has `verify`, a command that succeeds only while everything it removes is still whole. That is asked when the contract fails; where it does not succeed, the deployment is stuck and a person looks.',
    wrong: `${CHECKED}  - name: add-column
    kind: migrate
    phase: expand
    from: 1
    to: 2
    run: ./schema add-column
`,
    right: `${CHECKED}  - name: add-column
    kind: migrate
    phase: expand
    from: 1
    to: 2
    run: ./schema add-column
    undo: ./schema drop-column
`,
  },
};
