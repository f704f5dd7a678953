/** How long to wait before the next look, in milliseconds, after this many looks that saw nothing new. */
export type Pace = (quietLooks: number) => number;

/** How often a system is looked at for what is new, and how long it may take to answer a request. */
export type Watching = {
  /** While a deployment is followed. */
  readonly follow: Pace;
  /** While an answer to a request is waited for. */
  readonly answer: Pace;
  readonly answerWithinMs: number;
};

/** A look costs next to nothing. */
export const WATCHING_LOCALLY: Watching = {
  follow: () => 150,
  answer: () => 50,
  answerWithinMs: 20_000,
};

/**
 * A look is a request that is paid for, so where nothing happens they become rare; what happens brings them back. An answer may have to wait for a
 * function that starts cold and for an event that is delivered again.
 */
export const WATCHING_A_STACK: Watching = {
  follow: backingOff(200, 5000),
  answer: backingOff(100, 2000),
  answerWithinMs: 60_000,
};

function backingOff(first: number, most: number): Pace {
  return (quietLooks) => Math.min(most, first * 1.5 ** quietLooks);
}
