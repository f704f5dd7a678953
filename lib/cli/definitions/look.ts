import type { Definition } from '../definition.ts';
import { EXIT } from '../exit-codes.ts';
import { ID } from './id.ts';

/** Commands that read the history. */
export const LOOK: readonly Definition[] = [
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
    load: () => import('../commands/status.ts'),
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
    load: () => import('../commands/history.ts'),
  },
  {
    name: 'replay',
    group: 'Look',
    summary: 'show a deployment as it stood at any moment',
    arguments: [ID],
    options: [
      { flags: '--at <moment>', says: 'a seq such as 5, or a time such as 2026-11-23T04:12:00Z' },
      { flags: '--step', says: 'step through it with keys, in a terminal; from --at, or the first commit' },
      { flags: '--all', says: 'every deployment: holds how each one closed against what its events come to' },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent replay latest --at 3',
        says: 'as of its third commit',
        needs: 'deployment',
        exit: EXIT.done,
      },
      {
        command: 'nonevent replay --all',
        says: 'folds everything; exit 8 names the first that diverges',
        needs: 'system',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/replay.ts'),
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
    load: () => import('../commands/explain.ts'),
  },
];
