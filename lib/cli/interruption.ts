import { EXIT, type ExitCode } from './exit-codes.ts';

/** Signals that ask this process to end, turned into something a command can wait for. */
export type Interruption = {
  /** Aborts at the first signal. */
  readonly first: AbortSignal;
  /** Aborts at the second: no more patience. */
  readonly second: AbortSignal;
  /** The exit code of the signal that came; `done` when none did. */
  readonly exitCode: () => ExitCode;
  /** Gives the signals back to their default. */
  readonly release: () => void;
};

/** A terminal sends Ctrl-C to every process of the group and a parent may forward it, so one press can arrive twice. */
const SAME_PRESS_MILLISECONDS = 250;

/** Takes SIGINT, SIGTERM and SIGHUP over from their default, which is to end at once. */
export function takeInterruption(now: () => number = performance.now.bind(performance)): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  let exitCode: ExitCode = EXIT.done;
  let pressedAt = Number.NEGATIVE_INFINITY;
  const onSignal = (signal: NodeJS.Signals): void => {
    const pressed = now();
    if (pressed - pressedAt < SAME_PRESS_MILLISECONDS) return;
    pressedAt = pressed;
    if (first.signal.aborted) second.abort();
    exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
    first.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    first: first.signal,
    second: second.signal,
    exitCode: () => exitCode,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
