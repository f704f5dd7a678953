import type { Definition } from '../definition.ts';
import { EXIT } from '../exit-codes.ts';

/** Commands that one starts with. */
export const START: readonly Definition[] = [
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
    load: () => import('../commands/init.ts'),
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
    load: () => import('../commands/dev.ts'),
  },
  {
    name: 'connect',
    group: 'Start',
    summary: 'make commands here go to a stack in AWS, or back',
    arguments: [],
    options: [{ flags: '--remove', says: 'go back to the local system' }],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent connect --profile work --region eu-west-1',
        says: 'reads the outputs of stack Nonevent, or of the one that --stack names',
        needs: 'account',
        exit: EXIT.done,
      },
      {
        command: 'nonevent connect --remove',
        says: 'commands go to the local system again',
        needs: 'nothing',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/connect.ts'),
  },
  {
    name: 'demo',
    group: 'Start',
    summary: 'deploy a small shop of two services and watch',
    arguments: [],
    options: [{ flags: '--keep', says: 'keep the processes and files, and say where they are' }],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent demo',
        says: 'releases that are good, bad, too early, and taken back',
        needs: 'minutes',
        exit: EXIT.done,
      },
      {
        command: 'nonevent demo --keep',
        says: 'look around in its history afterwards',
        needs: 'minutes',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/demo.ts'),
  },
];
