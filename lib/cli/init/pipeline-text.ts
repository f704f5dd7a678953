import { stringify } from 'yaml';
import type { Service } from './service.ts';

/** The text of a pipeline file for a service: a build where one is needed, its tests, and a rollout. Pure. */
export function pipelineText(service: Service, port: number): string {
  return [
    '# What happens when this service is deployed. `nonevent validate` shows what it expands to.',
    section({ pipeline: service.name }),
    'environments:',
    '  production:',
    '    target:',
    '      kind: process',
    ...(service.isStartKnown
      ? []
      : ['      # A guess: the command that starts the service on 127.0.0.1 at $PORT.']),
    indented(6, { start: service.start }),
    '      # A path that answers with a status below 400 once the service is ready.',
    '      health: /',
    '      # The port that users connect to. A router listens there; the service itself gets $PORT.',
    indented(6, { port }),
    '',
    'stages:',
    ...checks(service).flatMap((check) => [...check, '']),
    ...ROLLOUT,
  ].join('\n');
}

/** Named for what they do; the build is first, since the others work on what it makes. */
function checks(service: Service): readonly (readonly string[])[] {
  const build = [service.install, service.hasBuild ? 'npm run build' : undefined].filter(
    (part) => part !== undefined,
  );
  return [
    ...(build.length === 0
      ? []
      : [
          ...(service.install === undefined || service.isLocked ? [] : [UNLOCKED]),
          command('build', 'Can the release be built from a clean copy?', build.join(' && '), [
            '    artifact: .',
          ]),
        ]),
    ...(service.hasTests ? [command('tests', 'Do the tests pass?', 'npm test', [])] : []),
    ...(build.length === 0 && !service.hasTests ? [SYNTAX] : []),
  ];
}

function command(name: string, question: string, run: string, more: readonly string[]): readonly string[] {
  return [
    `  - kind: command`,
    `    name: ${name}`,
    `    question: ${question}`,
    indented(4, { run }),
    '    expect: 30s',
    ...more,
  ];
}

/** Without a lock file `npm install` takes what is newest on the day of the build. */
const UNLOCKED = [
  '  # There is no lock file, so that each build may install other versions of the dependencies. Once, in this folder: run',
  '  # `npm install`, keep the package-lock.json that it writes, and put `npm ci` in place of `npm install` here.',
];

/** A pipeline has to check something before it changes anything. */
const SYNTAX = [
  '  # Replace this by what tells you early that a release is bad.',
  '  - kind: command',
  '    name: syntax',
  '    question: Does every JavaScript file parse?',
  `    run: find . -name '*.js' -not -path './node_modules/*' -exec node --check {} \\;`,
  '    expect: 2s',
];

/** Blue-green, since it needs no traffic to judge by: it works on the first day. */
const ROLLOUT = [
  '  # Starts the release beside the live one, asks it, and moves all traffic at once. With enough traffic to judge by,',
  '  # `kind: canary` moves it step by step instead.',
  '  - kind: blueGreen',
  '    name: rollout',
  '    smoke:',
  '      path: /',
  '',
];

function section(value: object): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function indented(columns: number, value: object): string {
  return section(value).replaceAll(/^/gm, ' '.repeat(columns));
}
