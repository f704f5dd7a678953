import type { NoneventError } from '../../nonevent-error.ts';
import type { PartReport, Purpose } from './part.ts';

/** How a thread reaches the table that its parent reads: what can be handed to another thread of a client. */
export type WorkerTask = {
  readonly table: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly purpose: Purpose;
};

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
};

export type ToWorker =
  | { readonly type: 'part'; readonly index: number; readonly of: number }
  | { readonly type: 'credentials'; readonly credentials: Credentials };

export type FromWorker =
  | { readonly type: 'ready' }
  /** More that was walked since the last time. */
  | { readonly type: 'seen'; readonly commits: number; readonly events: number }
  | { readonly type: 'done'; readonly index: number; readonly report: PartReport }
  /** Credentials expire and are renewed by the parent, which knows where they come from. */
  | { readonly type: 'credentials' }
  | {
      readonly type: 'failed';
      readonly code: NoneventError['code'] | undefined;
      readonly message: string;
      readonly hint: string | undefined;
    };
