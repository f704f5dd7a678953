import { z } from 'zod';

/** Where a command runs. Left out rather than empty on one machine, so that definitions from before this field are as ever. */
export const project = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$/,
    'expected the name of a CodeBuild project: 2 to 150 letters, digits, - and _',
  )
  .optional()
  .describe('The CodeBuild project that runs it; left out on one machine, where it is a process.');
