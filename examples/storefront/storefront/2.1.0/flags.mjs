import { readFile } from 'node:fs/promises';

/** Whether a flag is on. Read anew each time, so that it takes effect without a restart; off where nobody has set it. */
export async function isOn(flag) {
  const { NONEVENT_FLAGS } = process.env;
  if (NONEVENT_FLAGS === undefined) return false;
  const { flags } = JSON.parse(await readFile(NONEVENT_FLAGS, 'utf8'));
  return flags[flag] === true;
}
