import type { Definition, Described } from './definition.ts';
import { AUDIT } from './definitions/audit.ts';
import { CHECK } from './definitions/check.ts';
import { DEPLOY } from './definitions/deploy.ts';
import { LOOK } from './definitions/look.ts';
import { START } from './definitions/start.ts';

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly Described[] = [
  { flags: '-f, --file <file>', says: 'the pipeline file; found upward by default (NONEVENT_FILE)' },
  { flags: '--data <folder>', says: 'the folder of the local system (NONEVENT_DATA)' },
  { flags: '--stack <name>', says: 'the stack in AWS to work with (NONEVENT_STACK)' },
  { flags: '--profile <name>', says: 'the AWS profile (NONEVENT_PROFILE)' },
  { flags: '--region <region>', says: 'the AWS region (NONEVENT_REGION)' },
  { flags: '--local', says: 'the local system, also where a stack is connected' },
  { flags: '-o, --output <format>', says: 'the form of the answer' },
  { flags: '--json', says: 'short for -o json' },
  { flags: '--color <when>', says: 'colour' },
];

/** Every command, in the order in which help and documentation list them. */
export const DEFINITIONS: readonly Definition[] = [...START, ...DEPLOY, ...LOOK, ...AUDIT, ...CHECK];
