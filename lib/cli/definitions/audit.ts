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
        says: "a bundle's file, a deployment id, or a stream such as environment#production",
      },
    ],
    options: [
      { flags: '--key <digits>', says: 'the public key that every seal has to be signed with' },
      { flags: '--no-resume', says: 'read all again, also what an interrupted run had verified' },
      { flags: '--forget', says: 'forget the seal that was verified last, after the folder was made anew' },
      { flags: '--distributed', says: 'in AWS, by an export of the table, for one too large for a machine' },
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
  {
    name: 'audit export',
    group: 'Check',
    summary: 'write a bundle that can be verified without the system',
    arguments: [{ ...ID, says: 'one deployment' }],
    options: [
      { flags: '--environment <name>', says: 'an environment and every deployment to it' },
      { flags: '--since <time>', says: 'what has a commit since then' },
      { flags: '--until <time>', says: 'what has a commit until then' },
      { flags: '--all', says: 'everything: the only bundle that can be proven complete' },
      { flags: '-O, --to <file>', says: 'the file to write', required: true },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent audit export --all -O evidence.jsonl',
        says: 'then `nonevent audit verify evidence.jsonl`, anywhere',
        needs: 'deployment',
        exit: EXIT.done,
      },
      {
        command: 'nonevent audit export latest -O latest.jsonl',
        says: 'the newest deployment',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/audit-export.ts'),
  },
  {
    name: 'audit report',
    group: 'Check',
    summary: 'write a report for an auditor, as a page or as CSV',
    arguments: [],
    options: [
      { flags: '--since <time>', says: 'deployments that have a commit since then' },
      { flags: '--until <time>', says: 'deployments that have a commit until then' },
      { flags: '--environment <name>', says: 'deployments to one environment' },
      {
        flags: '-O, --to <file>',
        says: 'the file to write: CSV where it ends in .csv, otherwise HTML',
        required: true,
      },
    ],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent audit report -O report.html',
        says: 'everything, to read or to print',
        needs: 'system',
        exit: EXIT.done,
      },
      {
        command: 'nonevent audit report --since 2026-01-01 -O report.csv',
        says: 'for a spreadsheet',
        needs: 'system',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/audit-report.ts'),
  },
  {
    name: 'audit what-if',
    group: 'Check',
    summary: 'judge past deployments by a changed pipeline file',
    arguments: [{ ...ID, says: 'one deployment; all by default' }],
    options: [{ flags: '--policy <file>', says: 'the changed pipeline file', required: true }],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent audit what-if --policy nonevent.yaml',
        says: 'what would have been stopped, and what let through',
        needs: 'deployment',
        exit: EXIT.done,
      },
      {
        command: 'nonevent audit what-if latest --policy nonevent.yaml --json',
        says: 'the newest deployment, for a machine',
        needs: 'deployment',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/audit-what-if.ts'),
  },
];
