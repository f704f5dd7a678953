import type { Definition } from '../definition.ts';
import { EXIT } from '../exit-codes.ts';
import { ID } from './id.ts';

/** Commands that audit histories. */
export const AUDIT: readonly Definition[] = [
  {
    name: 'audit verify',
    group: 'Check',
    summary: 'verify chain, lifecycle, summaries, seals and signatures',
    arguments: [
      {
        flags: '[what]',
        says: 'a stream such as environment#production, or a deployment id; all by default',
      },
    ],
    options: [
      { flags: '--key <digits>', says: 'the public key that every seal has to be signed with' },
      { flags: '--forget', says: 'forget the seal that was verified last, after the folder was made anew' },
    ],
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
    load: () => import('../commands/audit-verify.ts'),
  },
  {
    name: 'audit verdicts',
    group: 'Check',
    summary: 'judge the recorded evidence again and compare',
    arguments: [{ ...ID, says: 'one deployment; all by default' }],
    options: [],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent audit verdicts',
        says: 'every check that ever ran; exit 8 names what differs',
        needs: 'system',
        exit: EXIT.done,
      },
      {
        command: 'nonevent audit verdicts latest',
        says: 'those of the newest deployment',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/audit-verdicts.ts'),
  },
  {
    name: 'audit seal',
    group: 'Check',
    summary: 'seal the heads of all streams now',
    arguments: [],
    options: [],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent audit seal',
        says: 'signed with the key in the data folder',
        needs: 'system',
        exit: EXIT.done,
      },
      { command: 'nonevent audit seal --json', says: 'for a machine', needs: 'system', exit: EXIT.done },
    ],
    load: () => import('../commands/audit-seal.ts'),
  },
  {
    name: 'audit head',
    group: 'Check',
    summary: 'print the newest seal, for a witness elsewhere',
    arguments: [],
    options: [],
    formats: ['text', 'json'],
    examples: [
      { command: 'nonevent audit head', says: 'its number, hash and key', needs: 'system', exit: EXIT.done },
      {
        command: 'nonevent audit head --json',
        says: 'all of it, to keep elsewhere',
        needs: 'system',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/audit-head.ts'),
  },
];
