import { startSystem } from '../../lib/local/system.ts';

/**
 * Runs a system on the folder given as its parameter until it is killed. It prints `started` with its pid, and what its
 * functions get. `stuck` never returns.
 */
const system = await startSystem({
  folder: process.argv[2] ?? '',
  functions: () => ({
    stuck: (payload) => {
      print({ stuck: payload });
      return new Promise(() => {});
    },
    fine: async (payload) => payload,
  }),
  rules: [{ name: 'stuck', pattern: { source: ['stuck'] }, function: 'stuck' }],
});
void system.failed.then((error) => print({ failed: error.code }));
print({ started: process.pid });

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
