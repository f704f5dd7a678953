import type { Buffer } from 'node:buffer';

/** Where an export lies, and where what is made of it is written. */
export type Objects = {
  /** Errors: `StoreUnavailable`, also for an object that is not there. */
  readonly read: (key: string) => Promise<Buffer>;
  readonly write: (key: string, content: Buffer) => Promise<void>;
};
