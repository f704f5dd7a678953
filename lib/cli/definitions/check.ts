import type { Definition } from '../definition.ts';
import { EXIT } from '../exit-codes.ts';

/** Commands that check files and this machine. */
export const CHECK: readonly Definition[] = [
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
    load: () => import('../commands/validate.ts'),
  },
  {
    name: 'prove',
    group: 'Check',
    summary: 'prove the laws of a deployment for a pipeline',
    arguments: [{ flags: '[file]', says: 'the pipeline file; found upward by default' }],
    options: [],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent prove',
        says: 'every law, and how often the machine had to keep it',
        needs: 'pipeline',
        exit: EXIT.done,
      },
      {
        command: 'nonevent prove nonevent.yaml --json',
        says: 'with the shortest way to each law that is broken',
        needs: 'pipeline',
        exit: EXIT.done,
      },
    ],
    load: () => import('../commands/prove.ts'),
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
    load: () => import('../commands/graph.ts'),
  },
  {
    name: 'doctor',
    group: 'Check',
    summary: 'check this machine and the system, say where values are from',
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
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'redrive',
    group: 'Check',
    summary: 'deliver events again that could not be delivered',
    arguments: [],
    options: [],
    formats: ['text', 'json'],
    examples: [
      {
        command: 'nonevent redrive',
        says: 'what `nonevent doctor` lists as dead letters, once their reason is mended',
        needs: 'system',
        exit: EXIT.done,
      },
      { command: 'nonevent redrive --json', says: 'how many there were', needs: 'system', exit: EXIT.done },
    ],
    load: () => import('../commands/redrive.ts'),
  },
];
