import { setTimeout as sleep } from 'node:timers/promises';
import { type Cause, isOpen, isStopped } from '../../lifecycle/decide.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Stage } from '../../pipeline/stage.ts';
import type { Services } from './services.ts';
import { catchUp, type Session } from './session.ts';

export type AttemptResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly cause: Cause };

export type WatchedAttempt = { readonly stage: Stage; readonly number: number };

/** Where a read costs nothing, a stop is seen at once. */
const LOOK_EVERY_MILLISECONDS = 250;

/** How long work that was told to end may take for it, in milliseconds. Recording the outcome needs the rest of the handler's time. */
const END_WITHIN_MILLISECONDS = 5_000;

/**
 * Performs one piece of work of a stage within a time limit. Ends early when the deployment is stopped or moves on without
 * this attempt. Whatever goes wrong becomes a cause with its failure mode; work that was cut short has ended by then,
 * unless it takes no notice, and what it said last is part of the cause.
 *
 * Errors: `StoreUnavailable` when the executor is closing; the attempt is then left open.
 */
export async function attempt<T>(
  services: Services,
  session: Session,
  limit: {
    readonly seconds: number;
    readonly expected: string;
    /** The open attempt that the work belongs to: it ends early with it, or when the deployment is stopped. */
    readonly watched?: WatchedAttempt;
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<AttemptResult<T>> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(TIMED_OUT), limit.seconds * 1000);
  const stopWatching =
    limit.watched === undefined ? () => {} : watchForStop(services, session, limit.watched, controller);
  const onClosing = () => controller.abort(CLOSING);
  services.closing.addEventListener('abort', onClosing, { once: true });
  let working: Promise<T> | undefined;
  try {
    services.closing.throwIfAborted();
    working = work(controller.signal);
    return { ok: true, value: await Promise.race([working, aborted(controller.signal)]) };
  } catch (thrown) {
    const last = controller.signal.aborted ? await lastWordOf(working) : thrown;
    if (services.closing.aborted) throw closingError(thrown);
    return { ok: false, cause: causeOf(last, controller.signal, limit) };
  } finally {
    clearTimeout(timer);
    services.closing.removeEventListener('abort', onClosing);
    stopWatching();
    if (!controller.signal.aborted) controller.abort(OVER);
  }
}

const TIMED_OUT = Symbol('timed out');
const STOPPED = Symbol('stopped');
const MOVED_ON = Symbol('moved on');
const OVER = Symbol('over');
const CLOSING = Symbol('closing');

function closingError(cause: unknown): NoneventError {
  return new NoneventError('StoreUnavailable', 'the executor is closing; the attempt is left open', {
    hint: 'start the system again: it goes on where it was',
    cause,
  });
}

function causeOf(
  thrown: unknown,
  signal: AbortSignal,
  { seconds, expected }: { readonly seconds: number; readonly expected: string },
): Cause {
  if (signal.reason === TIMED_OUT) {
    const detail = thrown instanceof NoneventError ? `; ${messageOf(thrown)}` : '';
    return {
      mode: 'timedOut',
      expected,
      observed: `no outcome within ${seconds} s${detail}`,
      ...evidenceOf(thrown),
    };
  }
  if (signal.reason === STOPPED)
    return { mode: 'stopped', expected, observed: 'the deployment was asked to stop', ...evidenceOf(thrown) };
  if (signal.reason === MOVED_ON)
    return { mode: 'superseded', expected, observed: 'the deployment went on without this attempt' };
  const mode = thrown instanceof NoneventError && thrown.code === 'Conflict' ? 'rejected' : 'errored';
  return {
    mode,
    expected: heldOf(thrown) ?? expected,
    observed: seenIn(thrown) ?? messageOf(thrown),
    ...evidenceOf(thrown),
    ...(thrown instanceof NoneventError && thrown.hint !== undefined ? { next: thrown.hint } : {}),
  };
}

/** What had to hold and does not, where the error says so. */
function heldOf(thrown: unknown): string | undefined {
  const expected = thrown instanceof NoneventError ? thrown.fields.expected : undefined;
  return typeof expected === 'string' ? expected : undefined;
}

/** What was seen, where the error says so beside a message that repeats what was expected. */
function seenIn(thrown: unknown): string | undefined {
  const observed = thrown instanceof NoneventError ? thrown.fields.observed : undefined;
  return typeof observed === 'string' ? observed : undefined;
}

/** What an error brings along: the log of a service, how far a migration had come, the fact that stands against a deployment. */
function evidenceOf(thrown: unknown): Pick<Cause, 'evidence'> {
  if (!(thrown instanceof NoneventError)) return {};
  const { log, logFile = null, progress, obstacle } = thrown.fields;
  const evidence = {
    ...(typeof log === 'string' ? { log, logFile } : {}),
    ...(typeof progress === 'string' ? { progress } : {}),
    ...(typeof obstacle === 'string' ? { obstacle } : {}),
  };
  return Object.keys(evidence).length === 0 ? {} : { evidence };
}

/** What work that was told to end failed with; `undefined` where it failed with nothing or did not end. */
async function lastWordOf(working: Promise<unknown> | undefined): Promise<unknown> {
  const waited = new AbortController();
  const patience = sleep(END_WITHIN_MILLISECONDS, undefined, { signal: waited.signal }).catch(
    () => undefined,
  );
  const last = working?.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const said = await Promise.race([last, patience]);
  waited.abort();
  return said;
}

/** Rejects when the signal aborts, so that work which ignores its signal cannot outlive its time. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Aborts as soon as the history says that the deployment is stopped, or that this attempt no longer counts. */
function watchForStop(
  services: Services,
  session: Session,
  attempt: WatchedAttempt,
  controller: AbortController,
): () => void {
  const { lookForStopEveryMs: every = LOOK_EVERY_MILLISECONDS } = services;
  let known = session;
  let timer: ReturnType<typeof setTimeout>;
  const look = async (): Promise<void> => {
    try {
      known = await catchUp(services.store, known);
      if (isStopped(known.deployment, attempt.stage)) controller.abort(STOPPED);
      else if (!isOpen(known.deployment, attempt.stage, attempt.number)) controller.abort(MOVED_ON);
    } catch (thrown) {
      services.log(
        `could not look whether ${known.deployment.view.deployment} was stopped: ${messageOf(thrown)}`,
      );
    }
    if (!controller.signal.aborted) timer = setTimeout(look, every);
  };
  timer = setTimeout(look, every);
  return () => clearTimeout(timer);
}
