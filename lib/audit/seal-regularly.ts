import { messageOf } from '../nonevent-error.ts';
import { findingInWords } from './finding.ts';
import { type MakeSealOptions, makeSeal } from './make-seal.ts';
import { readSeals } from './read-seals.ts';
import type { Signer } from './signer.ts';

const HOUR_MS = 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;

export type SealRegularlyOptions = Omit<MakeSealOptions, 'signer'> & {
  /** Asked for the first time when a seal is due. */
  readonly signer: () => Promise<Signer>;
  /** Hears of what went wrong: it is tried again. */
  readonly log: (line: string) => void;
  /** How old the newest seal becomes before another is made. @default an hour */
  readonly everyMs?: number;
  /** How often it is looked after. @default a minute */
  readonly lookMs?: number;
};

/**
 * Makes a seal whenever the newest one is an hour old, or where there is none, also when nothing happened. Looks every
 * minute, so that a machine that slept catches up at once. Returns what ends it, which waits for a seal that is being made.
 */
export function sealRegularly(options: SealRegularlyOptions): { readonly close: () => Promise<void> } {
  const { everyMs = HOUR_MS, lookMs = MINUTE_MS } = options;
  let dueAt = 0;
  let working: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    if (options.now() < dueAt) return;
    try {
      dueAt = await sealIfDue(options, everyMs);
    } catch (thrown) {
      // Not again in a minute: a history that cannot be sealed stays so until somebody has looked at it.
      dueAt = options.now() + everyMs;
      options.log(`no seal was made: ${messageOf(thrown)}`);
    }
  };
  const timer = setInterval(() => {
    working = working.then(look);
  }, lookMs);
  timer.unref();
  return {
    close: () => {
      clearInterval(timer);
      return working;
    },
  };
}

/** Returns when the next one is due. */
async function sealIfDue(options: SealRegularlyOptions, everyMs: number): Promise<number> {
  const { chain } = await readSeals({ ...options, now: options.now() });
  const newest = chain.newest();
  const due = newest === undefined ? 0 : Date.parse(newest.at) + everyMs;
  if (options.now() < due) return due;
  const { seal, findings } = await makeSeal({ ...options, signer: await options.signer() });
  for (const finding of findings) options.log(`not sealed any further: ${findingInWords(finding)}`);
  return Date.parse(seal.at) + everyMs;
}
