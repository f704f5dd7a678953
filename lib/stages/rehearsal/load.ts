import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../nonevent-error.ts';
import type { AddressPolicy } from '../address-policy.ts';
import { guardedRequest } from '../guarded-request.ts';
import { emptyTally, type Tally } from './evidence.ts';

export type LoadOptions = {
  readonly url: URL;
  readonly requestsPerSecond: number;
  readonly policy: AddressPolicy;
};

export type Load = {
  /** Returns once a request has begun on the side that is observed, so that a machine that stood still is no lack of evidence. */
  readonly begun: (signal: AbortSignal) => Promise<void>;
  /** Ends the side that is observed and begins another: what has begun until now counts for the one that ends. */
  readonly endSide: () => void;
  /** Begins no other request, waits for those that are open, and tells them by side. */
  readonly stop: () => Promise<readonly Readonly<Tally>[]>;
};

const TICK_MILLISECONDS = 5;
/** With this many requests open no other is begun: a slow service gets fewer requests, never a growing heap of them. */
const OPEN_AT_MOST = 100;
/** A user would have gone away by then. */
const GIVE_UP_MILLISECONDS = 5_000;

/** Sends a steady stream of requests, each under the policy and on a connection of its own. It counts by side. */
export function startLoad({ url, requestsPerSecond, policy }: LoadOptions): Load {
  const beganAt = performance.now();
  const sides = [emptyTally()];
  const open = new Set<Promise<void>>();
  let due = 0;
  let onSide = 0;

  const ticking = setInterval(() => {
    const dueNow = 1 + Math.floor(((performance.now() - beganAt) / 1000) * requestsPerSecond);
    for (; due < dueNow; due += 1) if (open.size < OPEN_AT_MOST) begin();
  }, TICK_MILLISECONDS);

  function begin(): void {
    const side = sides.at(-1) ?? emptyTally();
    onSide += 1;
    const asked = ask(url, policy).then((failure) => {
      side.requests += 1;
      if (failure === undefined) return;
      side.failed += 1;
      side.firstFailure ??= failure.slice(0, 300);
    });
    const ended = asked.finally(() => open.delete(ended));
    open.add(ended);
  }

  return {
    async begun(signal) {
      while (onSide === 0) await pause(TICK_MILLISECONDS, undefined, { signal });
    },
    endSide() {
      sides.push(emptyTally());
      onSide = 0;
    },
    async stop() {
      clearInterval(ticking);
      await Promise.all(open);
      return sides;
    },
  };
}

/** Why a request failed; `undefined` where it was served. */
async function ask(url: URL, policy: AddressPolicy): Promise<string | undefined> {
  try {
    const answer = await guardedRequest(url, policy, AbortSignal.timeout(GIVE_UP_MILLISECONDS));
    if ('refused' in answer) return answer.refused;
    return answer.status < 400 ? undefined : `status ${answer.status}`;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
