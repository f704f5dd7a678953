import { setTimeout as wait } from 'node:timers/promises';

/** What is waited for. */
export type Step =
  | { readonly waitsFor: 'export'; readonly arn: string }
  | { readonly waitsFor: 'verification'; readonly arn: string; readonly report: string };

export type Waiting = {
  /** Waits until it is time for another look; false where the waiting was interrupted. */
  readonly again: (step: Step) => Promise<boolean>;
};

export type WaitingOptions = {
  /** Ends the waiting, and nothing that is waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Told of a step each time that it is not done yet. */
  readonly seen?: ((step: Step) => void) | undefined;
  /** Milliseconds between two looks. @default 10 seconds */
  readonly everyMs?: number | undefined;
};

const EVERY_MS = 10_000;

export function waitingWith({ signal, seen, everyMs = EVERY_MS }: WaitingOptions): Waiting {
  return {
    again: (step) => {
      seen?.(step);
      return wait(everyMs, true, signal === undefined ? {} : { signal }).catch(() => false);
    },
  };
}
