import type { Definition, Described } from './definition.ts';
import { EXIT } from './exit-codes.ts';

const ID: Described = { flags: '[id]', says: 'a deployment id, a unique prefix of one, or `latest`' };

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly Described[] = [
  { flags: '-f, --file <file>', says: 'the pipeline file; found upward by default (NONEVENT_FILE)' },
  { flags: '--data <folder>', says: 'the folder of the local system (NONEVENT_DATA)' },
  { flags: '-o, --output <format>', says: 'the form of the answer' },
  { flags: '--json', says: 'short for -o json' },
  { flags: '--color <when>', says: 'colour' },
];

/** Every command, in the order in which help and documentation list them. */
export const DEFINITIONS: readonly Definition[] = [
  {
    name: 'init',
    group: 'Start',
    summary: 'write a working nonevent.yaml for a Node service',
    arguments: [],
    options: [
      { flags: '--port <number>', says: 'the port that users connect to (default 8080)' },
      { flags: '--force', says: 'overwrite a nonevent.yaml that is there' },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent init',
        says: 'look at package.json and write nonevent.yaml',
        needs: 'nothing',
        exit: EXIT.done,
      },
      {
        command: 'nonevent init --port 3000 --force',
        says: 'write it anew, for port 3000',
        needs: 'nothing',
        exit: EXIT.done,
      },
    ],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'dev',
    group: 'Start',
    summary: 'run the local system here until Ctrl-C',
    arguments: [],
    options: [{ flags: '--keep-revisions', says: 'leave the services running when it stops' }],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent dev',
        says: 'start, say where everything is, stop with Ctrl-C',
        needs: 'pipeline',
        exit: EXIT.interrupted,
      },
      {
        command: 'nonevent dev --keep-revisions',
        says: 'your services survive its end',
        needs: 'pipeline',
        exit: EXIT.interrupted,
      },
    ],
    load: () => import('./commands/dev.ts'),
  },
  {
    name: 'demo',
    group: 'Start',
    summary: 'deploy three releases of a sample service and watch',
    arguments: [],
    options: [{ flags: '--keep', says: 'keep the processes and files, and say where they are' }],
    formats: ['text'],
    examples: [
      {
        command: 'nonevent demo',
        says: 'the third release is bad and is rolled back',
        needs: 'nothing',
        exit: EXIT.done,
      },
      {
        command: 'nonevent demo --keep',
        says: 'look around in its history afterwards',
        needs: 'nothing',
        exit: EXIT.done,
      },
    ],
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'deploy',
    group: 'Deploy',
    summary: 'deploy this source and follow it to its end',
    arguments: [{ flags: '[dir]', says: 'the folder of the pipeline file' }],
    options: [
      { flags: '--release <version>', says: 'the version; else from package.json, else from git' },
      { flags: '-d, --detach', says: 'print the id and return at once' },
      { flags: '--timeout <time>', says: 'stop watching after a time such as 10m (exit 5)' },
      { flags: '--again', says: 'make a new deployment of what was deployed before' },
      { flags: '--trigger <id>', says: 'equal triggers of equal content are one deployment' },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent deploy',
        says: 'typed again, it attaches to the same deployment',
        needs: 'system',
        exit: EXIT.done,
      },
      { command: 'ID=$(nonevent deploy --detach)', says: 'in a script', needs: 'system', exit: EXIT.done },
    ],
    load: () => import('./commands/deploy.ts'),
  },
  {
    name: 'stop',
    group: 'Deploy',
    summary: 'stop a running deployment; its changes are undone',
    arguments: [{ ...ID, flags: '<id>' }],
    options: [
      { flags: '--reason <text>', says: 'why; it is recorded' },
      { flags: '-y, --yes', says: 'do not ask' },
      { flags: '-d, --detach', says: 'return at once' },
      { flags: '--timeout <time>', says: 'stop watching after a time such as 10m (exit 5)' },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent stop latest',
        says: 'shows what it does, asks, and follows it to its end',
        needs: 'deployment',
        exit: EXIT.conflict,
      },
      {
        command: 'nonevent stop latest --yes --reason "wrong branch"',
        says: 'in a script',
        needs: 'deployment',
        exit: EXIT.conflict,
      },
    ],
    load: () => import('./commands/stop.ts'),
  },
  {
    name: 'status',
    group: 'Look',
    summary: 'show what is live, or how a deployment stands',
    arguments: [ID],
    options: [
      { flags: '-w, --watch', says: 'follow it to its end' },
      { flags: '--timeout <time>', says: 'stop watching after a time such as 10m (exit 5)' },
    ],
    formats: ['text', 'json', 'jsonl'],
    examples: [
      {
        command: 'nonevent status',
        says: 'what is live and the newest deployments',
        needs: 'system',
        exit: EXIT.done,
      },
      {
        command: 'nonevent status latest --watch',
        says: 'follow the newest one',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'history',
    group: 'Look',
    summary: 'show every event of a deployment or an environment',
    arguments: [{ flags: '[id]', says: 'a deployment id or `environment#NAME`; the newest by default' }],
    options: [{ flags: '--environment <name>', says: 'the history of an environment' }],
    formats: ['text', 'json', 'jsonl'],
    examples: [
      {
        command: 'nonevent history latest',
        says: 'every event, a line each',
        needs: 'deployment',
        exit: EXIT.done,
      },
      {
        command: 'nonevent history latest -o jsonl | head -n 3',
        says: 'for a machine',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('./commands/history.ts'),
  },
  {
    name: 'replay',
    group: 'Look',
    summary: 'show a deployment as it stood at any moment',
    arguments: [{ ...ID, flags: '<id>' }],
    options: [{ flags: '--at <moment>', says: 'a seq such as 5, or a time such as 2026-11-23T04:12:00Z' }],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent replay latest --at 3',
        says: 'as of its third commit',
        needs: 'deployment',
        exit: EXIT.done,
      },
      {
        command: 'nonevent replay latest -o json',
        says: 'the state and the whole view',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'explain',
    group: 'Look',
    summary: 'say why a deployment ended, or what a code means',
    arguments: [{ flags: '<what>', says: 'a deployment id, an error code, or an exit code' }],
    options: [],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent explain latest',
        says: 'the cause, what was undone, what to type next',
        needs: 'deployment',
        exit: EXIT.done,
      },
      { command: 'nonevent explain 6', says: 'what exit code 6 means', needs: 'nothing', exit: EXIT.done },
    ],
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'validate',
    group: 'Check',
    summary: 'check a pipeline file and show what it expands to',
    arguments: [{ flags: '[file]', says: 'the pipeline file; found upward by default' }],
    options: [],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent validate',
        says: 'every finding, then the stages as they will run',
        needs: 'pipeline',
        exit: EXIT.done,
      },
      {
        command: 'nonevent validate nonevent.yaml --json',
        says: 'for a machine',
        needs: 'pipeline',
        exit: EXIT.done,
      },
    ],
    load: () => import('./commands/validate.ts'),
  },
  {
    name: 'graph',
    group: 'Check',
    summary: 'print the machine that a pipeline file becomes',
    arguments: [{ flags: '[file]', says: 'the pipeline file; found upward by default' }],
    options: [{ flags: '--format <format>', says: 'mermaid (default), asl or xstate' }],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent graph',
        says: 'a picture for a page that renders mermaid',
        needs: 'pipeline',
        exit: EXIT.done,
      },
      {
        command: 'nonevent graph --format asl > pipeline.asl.json',
        says: 'what Step Functions runs',
        needs: 'pipeline',
        exit: EXIT.done,
      },
    ],
    load: () => import('./commands/graph.ts'),
  },
  {
    name: 'audit verify',
    group: 'Check',
    summary: 'verify the hash chain of one stream or of all',
    arguments: [{ flags: '[stream]', says: 'a stream such as environment#production, or a deployment id' }],
    options: [],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent audit verify',
        says: 'every stream; exit 8 names the first bad commit',
        needs: 'system',
        exit: EXIT.done,
      },
      {
        command: 'nonevent audit verify latest',
        says: 'the newest deployment',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('./commands/audit-verify.ts'),
  },
  {
    name: 'doctor',
    group: 'Check',
    summary: 'check this machine and say where each value came from',
    arguments: [],
    options: [],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent doctor',
        says: 'every finding with its fix; exit 9 if one is needed',
        needs: 'system',
        exit: EXIT.done,
      },
      { command: 'nonevent doctor --json', says: 'for a bug report', needs: 'system', exit: EXIT.done },
    ],
    load: () => import('./commands/doctor.ts'),
  },
];
