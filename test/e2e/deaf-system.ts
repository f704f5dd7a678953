import { EVENT_FUNCTION_NAMES } from '../../lib/local/function-names.ts';
import { startSystem } from '../../lib/local/system.ts';

/** A local system that takes requests and never acts on one, on the folder given as its parameter. */
await startSystem({
  folder: process.argv[2] ?? '',
  rules: [
    {
      name: 'request',
      pattern: { 'detail-type': ['Deployment Requested'] },
      function: EVENT_FUNCTION_NAMES.request,
    },
  ],
  functions: () => ({ [EVENT_FUNCTION_NAMES.request]: () => new Promise(() => {}) }),
});
process.stdout.write('✔ running\n');
