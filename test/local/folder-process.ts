import { makeDataFolder } from '../../lib/local/data-folder.ts';
import { NoneventError } from '../../lib/nonevent-error.ts';

/** Makes the data folder given as its parameter, with `unprivileged` without a superuser's rights, and prints why it could not. */
const NOBODY = 65_534;
if (process.argv[3] === 'unprivileged' && process.getuid?.() === 0) process.seteuid?.(NOBODY);
try {
  await makeDataFolder(process.argv[2] ?? '');
  print('made');
} catch (thrown) {
  if (!(thrown instanceof NoneventError)) throw thrown;
  print({ code: thrown.code, message: thrown.message, hint: thrown.hint });
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
