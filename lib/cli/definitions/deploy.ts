import type { Definition } from '../definition.ts';
import { EXIT } from '../exit-codes.ts';
import { ID } from './id.ts';

/** Commands that change what runs. */
export const DEPLOY: readonly Definition[] = [
  {
    name: 'deploy',
    group: 'Deploy',
    summary: 'deploy this source and follow it to its end',
    arguments: [{ flags: '[dir]', says: 'the folder that has the nonevent.yaml; found upward by default' }],
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
    load: () => import('../commands/deploy.ts'),
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
    load: () => import('../commands/stop.ts'),
  },
  {
    name: 'rollback',
    group: 'Deploy',
    summary: 'give the traffic back to what was live before',
    arguments: [
      {
        flags: '[what]',
        says: 'an environment, or the id of the deployment that is live; what is live where only one thing is',
      },
    ],
    options: [
      { flags: '--reason <text>', says: 'why; it is recorded' },
      { flags: '-y, --yes', says: 'do not ask' },
      { flags: '-d, --detach', says: 'print the id and return at once' },
      { flags: '--timeout <time>', says: 'stop watching after a time such as 10m (exit 5)' },
      { flags: '--again', says: 'try again what was refused before' },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent rollback',
        says: 'says from what to what, asks, follows it to its end; --yes in scripts',
        needs: 'deployment',
        exit: EXIT.usage,
      },
      {
        command: 'nonevent rollback production --reason "errors at checkout"',
        says: 'name the environment where there are several',
        needs: 'deployment',
        exit: EXIT.usage,
      },
    ],
    load: () => import('../commands/rollback.ts'),
  },
  {
    name: 'rerun',
    group: 'Deploy',
    summary: 'run a deployment again, taking over what still holds',
    arguments: [{ ...ID, flags: '<id>' }],
    options: [
      { flags: '--from <stage>', says: 'perform this stage and those after it again in any case' },
      { flags: '--reason <text>', says: 'why; it is recorded' },
      { flags: '-d, --detach', says: 'print the id and return at once' },
      { flags: '--timeout <time>', says: 'stop watching after a time such as 10m (exit 5)' },
      { flags: '--again', says: 'make another rerun of what was run again before' },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent rerun latest',
        says: 'checks that passed are taken over where nothing they depend on changed',
        needs: 'deployment',
        exit: EXIT.done,
      },
      {
        command: 'nonevent rerun latest --from syntax',
        says: 'this check and all after it are performed again',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/rerun.ts'),
  },
  {
    name: 'unlock',
    group: 'Deploy',
    summary: 'free an environment that a stuck deployment kept',
    arguments: [{ flags: '<environment>', says: 'the environment' }],
    options: [
      { flags: '--reason <text>', says: 'what you have made sure of; it is recorded with your name' },
      { flags: '-y, --yes', says: 'do not ask' },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent unlock production --reason "all traffic is on 1.0.0 again"',
        says: 'after what could not be undone was put right by hand; asks first',
        needs: 'deployment',
        exit: EXIT.done,
      },
      {
        command: 'nonevent unlock production --yes --reason "restored, see incident 7"',
        says: 'in a script; where nobody holds the lease nothing happens',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/unlock.ts'),
  },
  {
    name: 'flag',
    group: 'Deploy',
    summary: 'show feature flags, or set one without a deployment',
    arguments: [
      { flags: '[environment]', says: 'the environment; all of them by default' },
      { flags: '[name]', says: 'the flag; with nothing after it, its value and every change of it' },
      { flags: '[value]', says: 'its new value: true, false, a number, or else text' },
    ],
    options: [
      { flags: '--reason <text>', says: 'why; it is recorded' },
      { flags: '--remove', says: 'take the flag away' },
      { flags: '--text', says: 'take the value as text, also where it looks like a number' },
    ],
    formats: ['text', 'json'],
    examples: [
      { command: 'nonevent flag', says: 'every flag that is set', needs: 'system', exit: EXIT.done },
      {
        command: 'nonevent flag production new-checkout true --reason "for everybody"',
        says: 'its services read it without a restart',
        needs: 'system',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/flag.ts'),
  },
];
