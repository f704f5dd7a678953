/** What must be closed, in the reverse order of its opening. */
export type Closers = {
  readonly add: (close: () => Promise<unknown> | unknown) => void;
  /** Closes everything, even where something cannot be closed. The first error is thrown at the end. Repeating it waits for the first. */
  readonly closeAll: () => Promise<void>;
};

export function createClosers(): Closers {
  const closers: (() => Promise<unknown> | unknown)[] = [];
  let closing: Promise<void> | undefined;

  const closeEach = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (const close of closers.reverse()) {
      try {
        await close();
      } catch (thrown) {
        errors.push(thrown);
      }
    }
    if (errors.length > 0) throw errors[0];
  };

  return {
    add: (close) => void closers.push(close),
    closeAll: () => {
      closing ??= closeEach();
      return closing;
    },
  };
}
